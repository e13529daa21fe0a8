/**
 * How much of PostgreSQL's library Lakelet has: counts the rows of pg_proc with an implementation, by area.
 *
 *   node scripts/function-coverage.ts           (areas and numbers)
 *   node scripts/function-coverage.ts <area>    (what that area lacks)
 *
 * Functions that only the server's inside or its files call (input and output in binary form, index support, planner
 * support, handlers) are not counted.
 */
import { builtinTable } from '../src/sql/catalog/builtin/builtin-catalogs.ts'
import { builtinCatalog } from '../src/sql/catalog/load-catalog.ts'
import type { Catalog, Oid, ProcInfo } from '../src/sql/catalog/catalog.ts'
import { WINDOW_FUNCTIONS } from '../src/sql/execute/operators/window/window-functions.ts'
import { createFunctionLibrary } from '../src/sql/functions/library.ts'
import { createTypeIo } from '../src/sql/types/type-io-library.ts'

/** The first area that one of a function's types belongs to; without any, the function is general. */
const AREAS: readonly (readonly [string, RegExp])[] = [
  ['text search', /^(ts|gtsv|regconfig|regdict)/],
  ['xml', /^xml$/],
  ['geometry', /^(point|lseg|path|box|polygon|line|circle)$/],
  ['network addresses', /^(inet|cidr|macaddr8?)$/],
  [
    'server internals',
    /^(internal|pg_snapshot|txid_snapshot|pg_lsn|tid|fdw_handler|cid|refcursor|pg_.*|.*_handler|trigger|event_trigger)$/,
  ],
  ['ranges', /range$/],
  ['json', /^json/],
  ['arrays', /array$|^_|vector$/],
  ['date and time', /^(date|time|timetz|timestamp|timestamptz|interval)$/],
  ['bits and bytes', /^(bytea|bit|varbit|uuid)$/],
  ['enums and records', /^(anyenum|record)$/],
  ['text', /^(text|varchar|bpchar|char|name|cstring)$/],
  ['numbers', /^(int2|int4|int8|float4|float8|numeric|money|bool|oid)$/],
]
const NOT_COUNTED =
  /(_send|_recv|send|recv|typmodin|typmodout|_support|_sortsupport|sortsupport|_subdiff|_transfn|_combine|_serial|_deserial|_accum|_accum_inv|_finalfn|_final|_inv|sel|joinsel|equalimage|extended|skipsupport|_handler|subscript_handler)$|^(gist|spg|gin|brin|btequal|in_range_|btvarstrequal|pg_stat_|pg_replication_|pg_logical_|binary_upgrade|lo_|lowrite|loread|pg_ls_|pg_read_|pg_get_replication|pg_backup|pg_wal|pg_create|pg_drop_rep|pg_copy_|hash.*extended|ts_typanalyze|array_typanalyze|range_typanalyze|multirange_typanalyze|currtid|windowed_|shell_|any.*_(in|out)|.*_in$|.*_out$)/

const library = createFunctionLibrary()
const io = createTypeIo()
const catalog = builtinCatalog()

interface Tally {
  total: number
  readonly missing: string[]
}

const tallies = new Map<string, Tally>()
for (const oid of builtinTable('pg_proc').numbers('oid')) {
  const proc = catalog.proc(oid as Oid) // the catalog's own numbers
  if (proc !== undefined && proc.schema === 'pg_catalog' && !NOT_COUNTED.test(proc.name))
    count(proc)
}
print(process.argv[2])

function count(proc: ProcInfo): void {
  const signature = signatureOf(catalog, proc)
  const tally = tallies.get(areaOf(proc)) ?? { total: 0, missing: [] }
  tallies.set(areaOf(proc), tally)
  tally.total += 1
  if (!isImplemented(proc, signature)) tally.missing.push(`${signature} [${proc.source}]`)
}

function isImplemented(proc: ProcInfo, signature: string): boolean {
  if (proc.kind === 'a') return library.findAggregate(signature) !== undefined
  if (proc.kind === 'w') return Object.hasOwn(WINDOW_FUNCTIONS, proc.name)
  const { source } = proc
  if (proc.returnsSet) return library.findSet(source) !== undefined
  const scalar = library.findScalar(source) ?? library.findVector(source)
  return (
    scalar !== undefined ||
    io.findInput(source) !== undefined ||
    io.findOutput(source) !== undefined
  )
}

function signatureOf(from: Catalog, proc: ProcInfo): string {
  return `${proc.name}(${proc.argumentTypes.map((type) => from.type(type).name).join(',')})`
}

function areaOf(proc: ProcInfo): string {
  if (proc.kind === 'w') return 'window functions'
  const names = [...proc.argumentTypes, proc.returnType].map((type) => catalog.type(type).name)
  const found = AREAS.find(([, pattern]) => names.some((name) => pattern.test(name)))
  const area = found?.[0] ?? 'general'
  const isSession = /^(pg_|has_|current_|inet_|txid|set_config|version)/.test(proc.name)
  if (isSession && area !== 'server internals') return 'session and catalog'
  return proc.kind === 'a' ? 'aggregates' : area
}

function print(area: string | undefined): void {
  for (const [name, { total, missing }] of [...tallies].sort()) {
    const done = total - missing.length
    const percent = ((100 * done) / total).toFixed(1)
    if (area === undefined)
      console.log(
        `${name.padEnd(22)} ${`${done} / ${total}`.padStart(11)} ${percent.padStart(6)} %`,
      )
    else if (name === area) console.log(missing.sort().join('\n'))
  }
}

/** pg_proc and pg_operator rows as the binder wants them. */
import type { OperatorInfo, ProcInfo } from '../catalog.ts'
import { arrayNumbers, oidOf, vectorNumbers } from '../store/catalog-tables.ts'
import type { AggregateRow, OperatorRow, ProcRow } from '../rows/object-rows.ts'
import { FIRST_USER_OID } from '../catalog-snapshot.ts'
import type { CatalogSnapshot } from '../catalog-snapshot.ts'
import { parseTextArray } from './text-array.ts'

export function describeProc(row: ProcRow, catalog: CatalogSnapshot): ProcInfo {
  const aggregate = row.prokind === 'a' ? catalog.aggregate(row.oid) : undefined
  return {
    oid: row.oid,
    name: row.proname,
    schema: catalog.schemaName(row.pronamespace),
    // The catalog columns hold exactly the letters of the contract.
    kind: row.prokind as ProcInfo['kind'],
    argumentTypes: vectorNumbers(row.proargtypes).map(oidOf),
    argumentNames: parseTextArray(row.proargnames),
    defaults: argumentDefaults(row.proargdefaults),
    variadic: row.provariadic,
    returnType: row.prorettype,
    returnsSet: row.proretset,
    isStrict: row.proisstrict,
    volatility: row.provolatile as ProcInfo['volatility'],
    ...implementation(row, catalog),
    owner: row.proowner,
    ...outputArguments(row),
    ...(aggregate === undefined ? {} : aggregateParts(aggregate)),
  }
}

/** PostgreSQL writes some of its own functions in SQL; here the library has them, under their signatures. */
function implementation(
  row: ProcRow,
  catalog: CatalogSnapshot,
): Pick<ProcInfo, 'language' | 'source'> {
  const language = catalog.languageName(row.prolang)
  if (language !== 'sql' || row.oid >= FIRST_USER_OID) {
    return { language, source: row.prosqlbody ?? row.prosrc }
  }
  const types = vectorNumbers(row.proargtypes).map((oid) => catalog.type(oidOf(oid)).name)
  return { language: 'internal', source: `${row.proname}(${types.join(',')})` }
}

function argumentDefaults(json: string | null): readonly string[] {
  // Written by us, or by the generator, as a JSON array of strings.
  return json === null ? [] : (JSON.parse(json) as string[])
}

function outputArguments(row: ProcRow): Pick<ProcInfo, 'argumentModes' | 'allArgumentTypes'> {
  if (row.proargmodes === null) return {}
  return {
    argumentModes: parseTextArray(row.proargmodes) as NonNullable<ProcInfo['argumentModes']>,
    allArgumentTypes: arrayNumbers(
      row.proallargtypes ?? `{${row.proargtypes.replaceAll(' ', ',')}}`,
    ).map(oidOf),
  }
}

function aggregateParts(row: AggregateRow): Pick<ProcInfo, 'aggregateKind' | 'directArguments'> {
  return {
    aggregateKind: row.aggkind as NonNullable<ProcInfo['aggregateKind']>,
    directArguments: row.aggnumdirectargs,
  }
}

export function describeOperator(row: OperatorRow, catalog: CatalogSnapshot): OperatorInfo {
  return {
    oid: row.oid,
    name: row.oprname,
    schema: catalog.schemaName(row.oprnamespace),
    left: row.oprleft,
    right: row.oprright,
    result: row.oprresult,
    procedure: row.oprcode,
    commutator: row.oprcom,
    negator: row.oprnegate,
    canMerge: row.oprcanmerge,
    canHash: row.oprcanhash,
  }
}

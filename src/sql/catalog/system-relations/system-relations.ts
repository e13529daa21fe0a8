/**
 * Rows of the system catalogs, for `systemScan`: the built-in rows, then the user's, with exactly PostgreSQL's columns.
 * System *views* need nothing here: they are PostgreSQL's own SQL over these catalogs.
 */
import { AssertionError } from '../../../errors/sql-error.ts'
import type { TransactionAccess, TreeId } from '../../../storage/access.ts'
import type { BatchStream } from '../../../storage/task.ts'
import type { Batch, Datum } from '../../../storage/vector.ts'
import { builtinTable, hasBuiltinRows } from '../builtin/builtin-catalogs.ts'
import type { Catalog, Column, Relation } from '../catalog.ts'
import { CatalogSnapshot } from '../catalog-snapshot.ts'
import { CATALOG_OIDS, cellDatum } from '../store/catalog-tables.ts'
import type { CatalogName } from '../store/catalog-tables.ts'
import { catalogDatum } from './catalog-value.ts'
import { lazyBatches } from './lazy-batch.ts'
import type { ColumnSource } from './lazy-batch.ts'
import { systemAttributes } from './system-attributes.ts'

/** What a provider may use of the statement's execution context. */
export interface SystemScanContext {
  readonly catalog: Catalog
  readonly access: TransactionAccess
}

export const systemRelations = {
  *scan(relation: Relation, context: SystemScanContext): BatchStream {
    const { catalog } = context
    if (!(catalog instanceof CatalogSnapshot))
      throw new AssertionError('system relations need a CatalogSnapshot')
    if (relation.kind === 'S') {
      yield sequenceRow(relation, context)
      return
    }
    yield* builtinBatches(relation, catalog)
    yield* userBatches(relation, catalog)
  },
}

type ObjectRow = Readonly<Record<string, Datum | null | undefined>>

const builtinCache = new Map<number, readonly Batch[]>()

function* builtinBatches(relation: Relation, catalog: CatalogSnapshot): BatchStream {
  if (!hasBuiltinRows(relation.name)) return
  let batches = builtinCache.get(relation.oid)
  if (batches === undefined) {
    const table = builtinTable(relation.name)
    const sources = relation.columns.map((column) =>
      columnSource(catalog, column, (row, kind) => cellDatum(table.cell(column.name, row), kind)),
    )
    batches = lazyBatches(sources, table.rowCount)
    builtinCache.set(relation.oid, batches)
  }
  yield* batches
}

function columnSource(
  catalog: CatalogSnapshot,
  column: Column,
  value: (row: number, kind: ColumnSource['kind']) => Datum | null,
): ColumnSource {
  const { kind, name } = catalog.type(column.type)
  return {
    kind,
    values: (from, to) => {
      const values: (Datum | null)[] = []
      for (let row = from; row < to; row++) {
        const datum = value(row, kind === 'datum' ? 'text' : kind)
        values.push(
          kind === 'datum' && typeof datum === 'string' ? catalogDatum(datum, name) : datum,
        )
      }
      return values
    },
  }
}

/** Batches of a catalog's user rows, kept as long as those rows are the same. */
const userCache = new WeakMap<
  object,
  { readonly changes: number; readonly batches: readonly Batch[] }
>()

function* userBatches(relation: Relation, catalog: CatalogSnapshot): BatchStream {
  if (!Object.hasOwn(CATALOG_OIDS, relation.name)) return
  // Just checked.
  const rows = catalog.data.rows(relation.name as CatalogName)
  const cached = userCache.get(rows)
  // pg_attribute also lists system columns of the tables in pg_class; a table is never added without columns.
  let batches = cached?.changes === rows.changes ? cached.batches : undefined
  if (batches === undefined) {
    const objects = [...rows.all()] as unknown as ObjectRow[] // rows seen as their columns
    if (relation.name === 'pg_attribute')
      objects.push(...(systemAttributes(catalog) as unknown as ObjectRow[]))
    const sources = relation.columns.map((column) =>
      columnSource(catalog, column, (row) => objects[row]?.[column.name] ?? null),
    )
    batches = lazyBatches(sources, objects.length)
    userCache.set(rows, { changes: rows.changes, batches })
  }
  yield* batches
}

/** SELECT * FROM sequence: last_value, log_cnt, is_called. */
function sequenceRow(relation: Relation, context: SystemScanContext): Batch {
  const state = context.access.readSequence(Number(relation.oid) as TreeId) // sequences are kept under their OIDs
  const start = context.catalog.sequence(relation.oid)?.start ?? 1
  const values: readonly [ColumnSource['kind'], Datum][] = [
    ['int64', state?.lastValue ?? start],
    ['int64', 0],
    ['bool', state?.isCalled ?? false],
  ]
  const sources = values.map(([kind, value]) => ({ kind, values: () => [value] }))
  const [row] = lazyBatches(sources, 1)
  if (row === undefined) throw new AssertionError('a sequence has one row')
  return row
}

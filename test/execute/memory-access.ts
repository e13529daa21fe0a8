/** A TransactionAccess over plain arrays: no pages, no snapshots. It can be told to suspend before every batch, as real storage does. */
import type {
  Savepoint,
  ScanRequest,
  SeekRequest,
  SequenceState,
  TransactionAccess,
  TreeId,
  TreeSchema,
  TreeStatistics,
} from '../../src/storage/access.ts'
import type { Lsn, RowId } from '../../src/storage/access.ts'
import { type BatchStream, PAUSE, type Task } from '../../src/storage/task.ts'
import { type Batch, type Datum, datumAt, vectorOf } from '../../src/storage/vector.ts'
import { compareValues } from '../../src/sql/types/compare/compare-values.ts'

type Row = (Datum | null)[]

interface Tree {
  readonly schema: TreeSchema
  /** Table: by row id. Index: key columns, then the row id, sorted on demand. */
  readonly rows: Map<number, Row>
  entries: Row[]
  nextRowId: number
  /** Batches made once and handed out again, as pages are. */
  cached: Map<string, Batch[]>
}

const BATCH = 1024

export class MemoryAccess implements TransactionAccess {
  readonly snapshotLsn = 1 as Lsn
  readonly readOnly = false
  readonly suspends: boolean
  readonly #trees = new Map<number, Tree>()
  readonly #sequences = new Map<number, SequenceState>()

  constructor(options: { readonly suspends?: boolean } = {}) {
    this.suspends = options.suspends === true
  }

  createTree(tree: TreeId, schema: TreeSchema): void {
    this.#trees.set(tree, { schema, rows: new Map(), entries: [], nextRowId: 1, cached: new Map() })
  }
  dropTree(tree: TreeId): void {
    this.#trees.delete(tree)
  }
  hasTree(tree: TreeId): boolean {
    return this.#trees.has(tree)
  }
  countRows(tree: TreeId): number {
    return this.rowCount(tree)
  }

  rowCount(tree: TreeId): number {
    const { rows, entries } = this.#tree(tree)
    return rows.size + entries.length
  }
  statistics(tree: TreeId): TreeStatistics {
    return { rowCount: this.rowCount(tree), columns: [] }
  }

  *scan(tree: TreeId, request: ScanRequest): BatchStream {
    const key = `${request.columns.join()}/${request.withRowId}/${request.reverse}`
    const { cached, rows, schema } = this.#tree(tree)
    let batches = cached.get(key)
    if (batches === undefined) {
      const all = [...rows]
      if (request.reverse) all.reverse()
      batches = []
      for (let start = 0; start < all.length; start += BATCH) {
        batches.push(
          toBatch(all.slice(start, start + BATCH), request.columns, schema, request.withRowId),
        )
      }
      cached.set(key, batches)
    }
    for (const batch of batches) {
      if (this.suspends) yield PAUSE
      yield batch
    }
  }

  *fetch(tree: TreeId, rowIds: ArrayLike<number>, columns: readonly number[]): Task<Batch> {
    if (this.suspends) yield PAUSE
    const { rows, schema } = this.#tree(tree)
    const found: [number, Row][] = []
    for (const id of Array.from(rowIds)) {
      const row = rows.get(id)
      if (row !== undefined) found.push([id, row])
    }
    return toBatch(found, columns, schema, true)
  }

  *insert(tree: TreeId, rows: Batch): Task<Float64Array> {
    if (this.suspends) yield PAUSE
    const target = this.#changed(tree)
    const ids = new Float64Array(rows.length)
    for (let i = 0; i < rows.length; i++) {
      ids[i] = target.nextRowId++
      target.rows.set(ids[i], rowAt(rows, i))
    }
    return ids
  }

  *update(tree: TreeId, rowIds: ArrayLike<number>, rows: Batch): Task<void> {
    if (this.suspends) yield PAUSE
    const target = this.#changed(tree)
    Array.from(rowIds).forEach((id, i) => target.rows.set(id, rowAt(rows, i)))
  }

  *delete(tree: TreeId, rowIds: ArrayLike<number>): Task<void> {
    if (this.suspends) yield PAUSE
    const target = this.#changed(tree)
    for (const id of Array.from(rowIds)) target.rows.delete(id)
  }

  *seek(index: TreeId, request: SeekRequest): BatchStream {
    const { schema, entries } = this.#tree(index)
    const width = schema.columns.length
    const compareTo = (entry: Row, values: readonly (Datum | null)[]) =>
      compareKeys(schema, entry.slice(0, values.length), values)
    const { lower, upper } = request
    const found = entries.filter((entry) => {
      if (lower !== undefined) {
        const order = compareTo(entry, lower.values)
        if (order < 0 || (order === 0 && !lower.inclusive)) return false
      }
      if (upper !== undefined) {
        const order = compareTo(entry, upper.values)
        if (order > 0 || (order === 0 && !upper.inclusive)) return false
      }
      return true
    })
    found.sort(
      (a, b) => compareKeys(schema, a, b.slice(0, width)) || Number(a[width]) - Number(b[width]),
    )
    if (request.reverse) found.reverse()
    for (let start = 0; start < found.length; start += BATCH) {
      if (this.suspends) yield PAUSE
      const part = found.slice(start, start + BATCH)
      const columns = request.columns.map((k) =>
        vectorOf(
          schema.columns[k],
          part.map((entry) => entry[k]),
        ),
      )
      columns.push(
        vectorOf(
          'int64',
          part.map((entry) => entry[width]),
        ),
      )
      yield { kind: 'batch', length: part.length, columns }
    }
  }

  *firstMatch(index: TreeId, key: readonly (Datum | null)[]): Task<RowId | undefined> {
    if (this.suspends) yield PAUSE
    const { schema, entries } = this.#tree(index)
    const entry = entries.find((row) => compareKeys(schema, row.slice(0, key.length), key) === 0)
    return entry && (entry[schema.columns.length] as RowId)
  }

  probe(index: TreeId, key: readonly (Datum | null)[]): Task<RowId | undefined> {
    return this.firstMatch(index, key)
  }

  *firstMatches(index: TreeId, keys: Batch): Task<Float64Array> {
    const found = new Float64Array(keys.length)
    for (let i = 0; i < keys.length; i++) {
      found[i] = (yield* this.firstMatch(index, rowAt(keys, i))) ?? -1
    }
    return found
  }

  *insertKeys(index: TreeId, keys: Batch, rowIds: ArrayLike<number>): Task<void> {
    if (this.suspends) yield PAUSE
    const { entries } = this.#tree(index)
    for (let i = 0; i < keys.length; i++) entries.push([...rowAt(keys, i), rowIds[i]])
  }

  *deleteKeys(index: TreeId, _keys: Batch, rowIds: ArrayLike<number>): Task<void> {
    if (this.suspends) yield PAUSE
    const tree = this.#tree(index)
    const gone = new Set(Array.from(rowIds))
    tree.entries = tree.entries.filter((entry) => !gone.has(Number(entry[entry.length - 1])))
  }

  readSequence(id: TreeId): SequenceState | undefined {
    return this.#sequences.get(id)
  }
  writeSequence(id: TreeId, state: SequenceState): void {
    this.#sequences.set(id, state)
  }
  frozen(): TransactionAccess {
    throw new Error('no snapshots here')
  }
  savepoint(): Savepoint {
    throw new Error('no savepoints here')
  }
  rollbackTo(): void {
    throw new Error('no savepoints here')
  }

  #tree(id: TreeId): Tree {
    const tree = this.#trees.get(id)
    if (tree === undefined) throw new Error(`no tree ${id}`)
    return tree
  }

  #changed(id: TreeId): Tree {
    const tree = this.#tree(id)
    tree.cached.clear()
    return tree
  }
}

function rowAt(batch: Batch, i: number): Row {
  return batch.columns.map((column) => datumAt(column, i))
}

function toBatch(
  rows: readonly [number, Row][],
  columns: readonly number[],
  schema: TreeSchema,
  withRowId: boolean | undefined,
): Batch {
  const vectors = columns.map((k) =>
    vectorOf(
      schema.columns[k],
      rows.map(([, row]) => row[k]),
    ),
  )
  if (withRowId)
    vectors.push(
      vectorOf(
        'int64',
        rows.map(([id]) => id),
      ),
    )
  return { kind: 'batch', length: rows.length, columns: vectors }
}

function compareKeys(schema: TreeSchema, a: Row, b: readonly (Datum | null)[]): number {
  for (let k = 0; k < b.length; k++) {
    const { descending, nullsFirst } = schema.order?.[k] ?? { descending: false, nullsFirst: false }
    const x = a[k]
    const y = b[k]
    if (x === null || y === null) {
      if (x === y) continue
      return (x === null) === nullsFirst ? -1 : 1
    }
    const order = compareValues(x, y)
    if (order !== 0) return descending ? -order : order
  }
  return 0
}

/** The keys a table's rows have in one of its indexes, and the check that they are unique. */
import { SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { RowId } from '../../../../storage/access.ts'
import type { Task } from '../../../../storage/task.ts'
import type { Batch, Datum, Vector } from '../../../../storage/vector.ts'
import type { IndexInfo, Relation } from '../../../catalog/catalog.ts'
import type { ColumnId } from '../../../plan/expression.ts'
import type { TableRules } from '../../../plan/plan-node.ts'
import { referencedColumns } from '../../../plan/plan-tree.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { compileAll, compileExpression } from '../../expression/compile-expression.ts'
import { rowOf } from '../../expression/container/container.ts'
import { deparsePretty } from '../../../parse/deparse/expression.ts'
import { parseExpression } from '../../../parse/parse.ts'
import type { Compilation, Kernel, Layout } from '../../expression/kernel.ts'
import { type Key, type KeyEncoder, keyEncoder, rowKey } from '../../keys/key-encoding.ts'
import { gather, gatherBatch, selectTrue } from '../../vectors/gather.ts'
import { layoutOf } from '../operator.ts'
import { valueText } from './row-text.ts'

/** The only row there is. Never written to. */
const FIRST_ROW = Int32Array.of(0)

/** Keys of some rows of a batch: `rows[i]` is the batch row of key i (a partial index holds not all). */
export interface KeyRows {
  readonly keys: Batch
  readonly rows: Int32Array
}

/** What earlier rows of the same batch have done to the index, which storage does not know yet. */
export interface PendingKeys {
  /** Keys they will have. */
  readonly taken: Set<Key>
  /** Rows whose key they change. */
  readonly moved: Set<number>
}

export class IndexKeys {
  readonly index: IndexInfo
  readonly #relation: Relation
  readonly #kernels: readonly Kernel[]
  readonly #predicate: Kernel | undefined
  /** Where the row has the columns that keys and predicate are made of. */
  readonly #positions: readonly number[]
  readonly #compilation: Compilation
  readonly #encoders: readonly (KeyEncoder | undefined)[]

  constructor(
    relation: Relation,
    rules: TableRules,
    rule: TableRules['indexes'][number],
    compilation: Compilation,
  ) {
    const layout = layoutOf(rules.row)
    this.index = rule.index
    this.#relation = relation
    this.#kernels = compileAll(rule.keys, layout, compilation)
    this.#predicate = rule.predicate && compileExpression(rule.predicate, layout, compilation)
    this.#positions = positionsOf(rule, layout)
    this.#compilation = compilation
    const { catalog } = compilation.environment
    this.#encoders = rule.index.keys.map(({ type }) => keyEncoder(type, catalog))
  }

  /** Whether the rows of both batches have the same keys because the columns behind them are the very same. */
  isUntouched(old: Batch, fresh: Batch): boolean {
    return this.#positions.every((position) => old.columns[position] === fresh.columns[position])
  }

  keysOf(rows: Batch, context: ExecutionContext): KeyRows {
    const places = this.#placesOf(rows, context)
    const { length } = places
    const selected = length === rows.length ? rows : gatherBatch(rows, places, length)
    const columns: Vector[] = []
    for (const kernel of this.#kernels) columns.push(kernel(selected, context))
    return { keys: { kind: 'batch', length, columns }, rows: places }
  }

  /** Which rows of the batch the index holds. */
  #placesOf(rows: Batch, context: ExecutionContext): Int32Array {
    const n = rows.length
    if (this.#predicate !== undefined) {
      const places = new Int32Array(n)
      return places.subarray(0, selectTrue(this.#predicate(rows, context), n, places))
    }
    if (n === 1) return FIRST_ROW
    const places = new Int32Array(n)
    for (let place = 0; place < n; place++) places[place] = place
    return places
  }

  /** The key of row `i` as something to look up; undefined when it can equal no other (it has a null). */
  probeKey(keys: Batch, i: number): (Datum | null)[] | undefined {
    const key = rowOf(keys.columns, i)
    return key.includes(null) && !this.index.nullsNotDistinct ? undefined : key
  }

  /** The stored row with this key, if it still has it. */
  *find(
    key: readonly (Datum | null)[],
    pending: PendingKeys,
    context: ExecutionContext,
  ): Task<RowId | undefined> {
    const found = yield* context.access.probe(this.index.tree, key)
    return found !== undefined && pending.moved.has(found) ? undefined : found
  }

  /** Raises 23505 when a new row's key is there already. */
  *checkFree({ keys, rows }: KeyRows, context: ExecutionContext): Task<void> {
    if (keys.length !== 1) {
      return yield* this.checkUnique(keys, { taken: new Set(), moved: new Set() }, context, rows)
    }
    const key = this.probeKey(keys, 0)
    if (key === undefined) return
    const found = yield* context.access.probe(this.index.tree, key)
    if (found !== undefined) throw this.#duplicateAt(0, keys, context, rows)
  }

  /** Raises 23505 when a key is there already, among stored rows or earlier in the batch. `rows`: the batch row of each key. */
  *checkUnique(
    keys: Batch,
    pending: PendingKeys,
    context: ExecutionContext,
    rows?: Int32Array,
  ): Task<void> {
    const { tree } = this.index
    if (keys.length === 1) {
      if (yield* this.#isTaken(this.probeKey(keys, 0), pending, context)) {
        throw this.#duplicateAt(0, keys, context, rows)
      }
      return
    }
    const isNew = context.access.rowCount(tree) === 0
    const stored = isNew ? undefined : yield* context.access.firstMatches(tree, keys)
    for (let i = 0; i < keys.length; i++) {
      const key = this.probeKey(keys, i)
      if (key === undefined) continue
      const encoded = this.encode(key)
      const owner = stored?.[i] ?? NO_ROW
      const isStored = owner !== NO_ROW && !pending.moved.has(owner)
      if (isStored || pending.taken.has(encoded)) throw this.#duplicateAt(i, keys, context, rows)
      pending.taken.add(encoded)
    }
  }

  /** If it is not, it is from now on. */
  *#isTaken(
    key: readonly (Datum | null)[] | undefined,
    pending: PendingKeys,
    context: ExecutionContext,
  ): Task<boolean> {
    if (key === undefined) return false
    if (pending.taken.size > 0 && pending.taken.has(this.encode(key))) return true
    if ((yield* this.find(key, pending, context)) !== undefined) return true
    pending.taken.add(this.encode(key))
    return false
  }

  /** A key as a member of a set. */
  encode(key: readonly (Datum | null)[]): Key {
    return rowKey(key, this.#encoders)
  }

  #duplicateAt(
    place: number,
    keys: Batch,
    context: ExecutionContext,
    rows: Int32Array | undefined,
  ): SqlError {
    context.failedRow = rows?.[place] ?? place
    return this.duplicate(rowOf(keys.columns, place), context)
  }

  duplicate(key: readonly (Datum | null)[], context: ExecutionContext): SqlError {
    const { name, schema } = this.#relation
    const constraint = this.index.constraint ?? this.index.name
    return new SqlError(
      SQLSTATE.UNIQUE_VIOLATION,
      `duplicate key value violates unique constraint "${constraint}"`,
      {
        detail: `Key ${this.#keyText(key, context)} already exists.`,
        schema,
        table: name,
        constraint,
      },
    )
  }

  /** "(a, b)=(1, x)" */
  #keyText(key: readonly (Datum | null)[], context: ExecutionContext): string {
    const { environment } = this.#compilation
    const names = this.index.keys.map(
      (part) =>
        this.#relation.columns.find((column) => column.number === part.column)?.name ??
        deparsePretty(parseExpression(part.expression ?? '')),
    )
    const values = this.index.keys.map((part, k) =>
      valueText(key[k], part.type, environment, context),
    )
    return `(${names.join(', ')})=(${values.join(', ')})`
  }
}

function positionsOf(rule: TableRules['indexes'][number], layout: Layout): readonly number[] {
  const columns = new Set<ColumnId>()
  for (const key of rule.keys) referencedColumns(key, columns)
  if (rule.predicate !== undefined) referencedColumns(rule.predicate, columns)
  return [...columns].flatMap((column) => layout.get(column) ?? [])
}

/** What `firstMatches` says when no row has the key. */
const NO_ROW = -1

/** The part of the keys at the given places. */
export function pickKeys({ keys, rows }: KeyRows, places: readonly number[]): KeyRows {
  const indexes = Int32Array.from(places)
  return {
    keys: gatherBatch(keys, indexes, places.length),
    rows: Int32Array.from(places, (place) => rows[place]),
  }
}

export function pickRowIds(rowIds: Float64Array, rows: Int32Array): Float64Array {
  // Places ascend: as many as there are row ids are all of them.
  if (rows.length === rowIds.length) return rowIds
  const picked = gather({ kind: 'float64', values: rowIds, nulls: undefined }, rows, rows.length)
  return picked.kind === 'float64' ? picked.values : new Float64Array(0)
}

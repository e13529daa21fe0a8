/**
 * For each left row, runs the right side with the row's columns bound as outer columns: LATERAL and correlated sub-queries.
 * What the right side gave is kept while the columns it depends on stay the same.
 */
import { SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { BatchStream, Suspension, Task } from '../../../../storage/task.ts'
import {
  type Batch,
  BATCH_ROWS,
  type ColumnKind,
  type Datum,
  datumAt,
  type Vector,
  vectorOf,
} from '../../../../storage/vector.ts'
import type { ColumnId } from '../../../plan/expression.ts'
import type { ApplyNode, OutputColumn } from '../../../plan/plan-node.ts'
import { containsNode } from '../../../plan/plan-tree.ts'
import { PgArray } from '../../../types/value-classes.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { compileExpression } from '../../expression/compile-expression.ts'
import { boolParts, type Kernel } from '../../expression/kernel.ts'
import { columnsBytes } from '../../memory/memory-budget.ts'
import { gather, gatherBatch, gatherOrNull, selectTrue } from '../../vectors/gather.ts'
import { RowCollection } from '../../vectors/row-collection.ts'
import {
  appendedColumns,
  layoutOf,
  makeArranged,
  type Operator,
  type Preparation,
} from '../operator.ts'
import { nestArrays } from '../../expression/container/container.ts'

interface ApplyPlan {
  readonly form: ApplyNode['form']
  readonly left: Operator
  readonly right: Operator
  readonly correlation: readonly { readonly id: ColumnId; readonly position: number }[]
  /** Over left's then right's columns. */
  readonly condition: Kernel | undefined
  /** Kind of the appended column, for the forms that make a value. */
  readonly valueKind: ColumnKind
  /** ARRAY(SELECT array …) makes an array with a dimension more. */
  readonly nests: boolean
  /** The right side has an effect: it runs for every row. */
  readonly waits: boolean
}

export function prepareApply(node: ApplyNode, preparation: Preparation): Operator {
  const { catalog } = preparation
  const left = preparation.prepare(node.left)
  const right = preparation.prepare(node.right)
  const both = layoutOf([...left.output, ...right.output])
  const [value] = appendedColumns(node.output, left)
  const item = right.output[0]
  const plan: ApplyPlan = {
    form: node.form,
    left,
    right,
    correlation: node.correlation.flatMap((id) => {
      const position = left.layout.get(id)
      return position === undefined ? [] : [{ id, position }]
    }),
    condition: node.condition && compileExpression(node.condition, both, preparation.compilation),
    valueKind: value === undefined ? 'datum' : catalog.type(value.type).kind,
    waits: containsNode(node.right, 'waitingCall'),
    nests: item !== undefined && catalog.type(item.type).elementType !== 0,
  }
  return makeArranged(naturalOutput(node, left, right), node.output, catalog, (context) =>
    node.form === 'inner' || node.form === 'left'
      ? joinApply(plan, context)
      : valueApply(plan, context),
  )
}

/** What the batches have, before rules trim the node's output. */
function naturalOutput(node: ApplyNode, left: Operator, right: Operator): readonly OutputColumn[] {
  if (node.form === 'semi' || node.form === 'anti') return left.output
  if (node.form === 'inner' || node.form === 'left') return [...left.output, ...right.output]
  return [...left.output, ...appendedColumns(node.output, left)]
}

/** Runs the right side for rows of a left batch. */
class Runner {
  readonly #plan: ApplyPlan
  readonly #context: ExecutionContext
  #lastKey: (Datum | null)[] | undefined
  #kept: RowCollection | undefined

  constructor(plan: ApplyPlan, context: ExecutionContext) {
    this.#plan = plan
    this.#context = context
  }

  bind(left: Batch, row: number): void {
    for (const { id, position } of this.#plan.correlation) {
      this.#context.outer.set(id, datumAt(left.columns[position], row))
    }
  }

  isSameAsLast(left: Batch, row: number): boolean {
    const last = this.#lastKey
    return (
      last !== undefined &&
      this.#plan.correlation.every(
        ({ position }, k) => datumAt(left.columns[position], row) === last[k],
      )
    )
  }

  remember(left: Batch, row: number): void {
    this.#lastKey = this.#plan.correlation.map(({ position }) =>
      datumAt(left.columns[position], row),
    )
  }

  /** All rows of the right side for this left row. */
  *rows(left: Batch, row: number): Task<RowCollection> {
    if (this.#kept !== undefined && this.isSameAsLast(left, row)) return this.#kept
    this.bind(left, row)
    const rows = new RowCollection(this.#plan.right.kinds)
    let bytes = 0
    for (const item of this.#plan.right.run(this.#context)) {
      if (item.kind !== 'batch') yield item
      else {
        rows.append(item.columns, item.length)
        const more = columnsBytes(item.columns, item.length)
        bytes += more
        this.#context.memory.takeFirmly(more)
      }
    }
    this.#context.memory.give(bytes)
    this.remember(left, row)
    this.#kept = rows
    return rows
  }
}

function* joinApply(plan: ApplyPlan, context: ExecutionContext): BatchStream {
  const runner = new Runner(plan, context)
  for (const item of plan.left.run(context)) {
    if (item.kind !== 'batch') {
      yield item
      continue
    }
    let output = new Joined(plan, item)
    for (let row = 0; row < item.length; row++) {
      const rows = yield* runner.rows(item, row)
      output.add(row, matching(plan, item, row, rows, context))
      if (output.length < BATCH_ROWS) continue
      yield* output.batches()
      output = new Joined(plan, item)
    }
    yield* output.batches()
  }
}

/** The right rows that satisfy the condition together with the left row. */
function matching(
  plan: ApplyPlan,
  left: Batch,
  row: number,
  rows: RowCollection,
  context: ExecutionContext,
): RowCollection {
  if (plan.condition === undefined || rows.length === 0) return rows
  const answers = plan.condition(sideBySide(left, row, rows.asBatch()), context)
  const selected = new Int32Array(rows.length)
  const count = selectTrue(answers, rows.length, selected)
  if (count === rows.length) return rows
  const kept = new RowCollection(plan.right.kinds)
  kept.append(rows.take(selected, count), count)
  return kept
}

/** One left row repeated beside the right rows. */
function sideBySide(left: Batch, row: number, right: Batch): Batch {
  const n = right.length
  const repeated = new Int32Array(n).fill(row)
  const columns = left.columns.map((column) => gather(column, repeated, n))
  return { kind: 'batch', length: n, columns: [...columns, ...right.columns] }
}

/** Output rows of one left batch: the left row's number beside a copy of the right row. */
class Joined {
  readonly #plan: ApplyPlan
  readonly #left: Batch
  readonly #right: RowCollection
  readonly #leftRows: number[] = []
  readonly #rightRows: number[] = []

  constructor(plan: ApplyPlan, left: Batch) {
    this.#plan = plan
    this.#left = left
    this.#right = new RowCollection(plan.right.kinds)
  }

  get length(): number {
    return this.#leftRows.length
  }

  add(row: number, rows: RowCollection): void {
    if (rows.length === 0 && this.#plan.form === 'left') {
      this.#leftRows.push(row)
      this.#rightRows.push(-1)
    }
    const first = this.#right.length
    if (rows.length > 0) this.#right.append(rows.columns, rows.length)
    for (let i = 0; i < rows.length; i++) {
      this.#leftRows.push(row)
      this.#rightRows.push(first + i)
    }
  }

  *batches(): BatchStream {
    for (let start = 0; start < this.length; start += BATCH_ROWS) {
      const end = Math.min(this.length, start + BATCH_ROWS)
      const leftRows = Int32Array.from(this.#leftRows.slice(start, end))
      const rightRows = Int32Array.from(this.#rightRows.slice(start, end))
      const n = end - start
      const columns = [
        ...this.#left.columns.map((column) => gather(column, leftRows, n)),
        ...this.#right.columns.map((column) => gatherOrNull(column, rightRows, n)),
      ]
      yield { kind: 'batch', length: n, columns }
    }
  }
}

/** One answer per left row: as a column (scalar, array, exists, any, all), or to keep the row by (semi, anti). */
function* valueApply(plan: ApplyPlan, context: ExecutionContext): BatchStream {
  const runner = new Runner(plan, context)
  // The answer of a condition depends on the whole left row; the others only on the correlation.
  let known: { readonly answer: Datum | null } | undefined
  for (const item of plan.left.run(context)) {
    if (item.kind !== 'batch') {
      yield item
      continue
    }
    const answers = new Array<Datum | null>(item.length)
    for (let row = 0; row < item.length; row++) {
      const reuses = known !== undefined && plan.condition === undefined && !plan.waits
      if (known === undefined || !reuses || !runner.isSameAsLast(item, row)) {
        known = { answer: yield* answerFor(plan, runner, { left: item, row }, context) }
        runner.remember(item, row)
      }
      answers[row] = known.answer
    }
    const output = withAnswers(plan, item, answers)
    if (output !== undefined) yield output
  }
}

interface LeftRow {
  readonly left: Batch
  readonly row: number
}

function withAnswers(
  plan: ApplyPlan,
  left: Batch,
  answers: readonly (Datum | null)[],
): Batch | undefined {
  if (plan.form !== 'semi' && plan.form !== 'anti') {
    const columns: Vector[] = left.columns.slice(0, plan.left.kinds.length)
    columns.push(vectorOf(plan.valueKind, answers))
    return { kind: 'batch', length: left.length, columns }
  }
  const wanted = plan.form === 'semi'
  const rows = new Int32Array(left.length)
  let count = 0
  for (let i = 0; i < left.length; i++) if ((answers[i] === true) === wanted) rows[count++] = i
  return count === 0 ? undefined : gatherBatch(left, rows, count)
}

function* answerFor(
  plan: ApplyPlan,
  runner: Runner,
  { left, row }: LeftRow,
  context: ExecutionContext,
): Generator<Suspension, Datum | null, void> {
  switch (plan.form) {
    case 'scalar':
      return scalarAnswer(yield* runner.rows(left, row))
    case 'array':
      return arrayAnswer(plan, yield* runner.rows(left, row))
    case 'any':
    case 'all': {
      const rows = yield* runner.rows(left, row)
      return quantifiedAnswer(plan, { left, row }, rows, context)
    }
    default:
      return yield* existsAnswer(plan, runner, { left, row }, context)
  }
}

function scalarAnswer(rows: RowCollection): Datum | null {
  if (rows.length > 1) {
    throw new SqlError(
      SQLSTATE.CARDINALITY_VIOLATION,
      'more than one row returned by a subquery used as an expression',
    )
  }
  return rows.length === 0 ? null : datumAt(rows.columns[0], 0)
}

function arrayAnswer(plan: ApplyPlan, rows: RowCollection): Datum {
  const values = Array.from({ length: rows.length }, (_, i) => datumAt(rows.columns[0], i))
  return plan.nests ? nestArrays(values) : new PgArray(values)
}

function quantifiedAnswer(
  plan: ApplyPlan,
  { left, row }: LeftRow,
  rows: RowCollection,
  context: ExecutionContext,
): boolean | null {
  const decisive = plan.form === 'any'
  if (rows.length === 0 || plan.condition === undefined) return !decisive
  const n = rows.length
  const answers = boolParts(plan.condition(sideBySide(left, row, rows.asBatch()), context), n)
  let hasNull = false
  for (let i = 0; i < n; i++) {
    if (answers.nulls?.[i] === 1) hasNull = true
    else if ((answers.values[i] === 1) === decisive) return decisive
  }
  return hasNull ? null : !decisive
}

/** Stops at the first row that satisfies the condition. */
function* existsAnswer(
  plan: ApplyPlan,
  runner: Runner,
  { left, row }: LeftRow,
  context: ExecutionContext,
): Generator<Suspension, boolean, void> {
  runner.bind(left, row)
  for (const item of plan.right.run(context)) {
    if (item.kind !== 'batch') {
      yield item
      continue
    }
    if (item.length === 0) continue
    if (plan.condition === undefined) return true
    const answers = plan.condition(sideBySide(left, row, item), context)
    if (selectTrue(answers, item.length, new Int32Array(item.length)) > 0) return true
  }
  return false
}

/**
 * What a plan node becomes: a factory of batch streams. Prepared once per plan; `run` starts a fresh execution, and an
 * apply runs its right side many times within one.
 */
import { assert } from '../../../errors/sql-error.ts'
import type { BatchStream } from '../../../storage/task.ts'
import type { ColumnKind, Datum } from '../../../storage/vector.ts'
import { datumAt } from '../../../storage/vector.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import type { ColumnId, Expression } from '../../plan/expression.ts'
import type { OutputColumn, PlanNode } from '../../plan/plan-node.ts'
import type { ExecutionContext } from '../execution-context.ts'
import { compileExpression } from '../expression/compile-expression.ts'
import { type Compilation, type Kernel, type Layout, ONE_ROW } from '../expression/kernel.ts'

export interface Operator {
  readonly output: readonly OutputColumn[]
  readonly layout: Layout
  readonly kinds: readonly ColumnKind[]
  run(context: ExecutionContext): BatchStream
}

/** What preparing an operator needs. */
export interface Preparation {
  readonly compilation: Compilation
  readonly catalog: Catalog
  prepare(node: PlanNode): Operator
}

export function makeOperator(
  output: readonly OutputColumn[],
  catalog: Catalog,
  run: (context: ExecutionContext) => BatchStream,
): Operator {
  return { output, layout: layoutOf(output), kinds: kindsOf(output, catalog), run }
}

export function layoutOf(output: readonly OutputColumn[]): Layout {
  const layout = new Map<ColumnId, number>()
  for (let i = 0; i < output.length; i++) layout.set(output[i].id, i)
  return layout
}

export function kindsOf(output: readonly OutputColumn[], catalog: Catalog): ColumnKind[] {
  return output.map((column) => catalog.type(column.type).kind)
}

const NO_COLUMNS: Layout = new Map()

/** An expression without columns of its own node: a LIMIT, a bound of an index range. */
export function compileFree(
  expression: Expression,
  preparation: Preparation,
): (context: ExecutionContext) => Datum | null {
  const kernel: Kernel = compileExpression(expression, NO_COLUMNS, preparation.compilation)
  return (context) => datumAt(kernel(ONE_ROW, context), 0)
}

/**
 * An operator whose batches have the columns `natural`, as the node's `output` wants them: rules may leave columns out of a
 * node's output or reorder them.
 */
export function makeArranged(
  natural: readonly OutputColumn[],
  output: readonly OutputColumn[],
  catalog: Catalog,
  run: (context: ExecutionContext) => BatchStream,
): Operator {
  const places = placesOf(natural, output)
  if (places === undefined) return makeOperator(output, catalog, run)
  return makeOperator(output, catalog, function* arranged(context): BatchStream {
    for (const item of run(context)) {
      if (item.kind !== 'batch') {
        yield item
        continue
      }
      const columns = places.map((place) => item.columns[place])
      yield { kind: 'batch', length: item.length, columns }
    }
  })
}

/** Where the output's columns are; undefined when they are all in place. */
function placesOf(
  natural: readonly OutputColumn[],
  output: readonly OutputColumn[],
): readonly number[] | undefined {
  const isSame =
    natural.length === output.length && natural.every((column, i) => column.id === output[i].id)
  if (isSame) return undefined
  const layout = layoutOf(natural)
  return output.map((column) => {
    const place = layout.get(column.id)
    assert(place !== undefined, `column "${column.name}" is among those the operator makes`)
    return place
  })
}

/** The columns a node adds to those of its input. */
export function appendedColumns(
  output: readonly OutputColumn[],
  input: Operator,
): readonly OutputColumn[] {
  return output.filter((column) => !input.layout.has(column.id))
}

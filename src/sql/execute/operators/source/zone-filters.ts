/**
 * Which pages a scan may skip: the conjuncts of its filter that compare a stored column with a value known when the scan starts.
 * Only comparisons whose order is that of the stored values count (plain numbers, text by code point).
 */
import type { ZoneFilter } from '../../../../storage/access.ts'
import type { Datum } from '../../../../storage/vector.ts'
import type { ColumnId, Expression, FunctionCall } from '../../../plan/expression.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { isRowConstant } from '../../expression/analysis.ts'
import { plainComparison } from '../../expression/comparison/comparison.ts'
import { MIRRORED } from '../../expression/comparison/comparison-loops.ts'
import type { Layout } from '../../expression/kernel.ts'
import { compileFree, type Preparation } from '../operator.ts'

interface ZoneTest {
  readonly column: number
  readonly operator: ZoneFilter['operator']
  readonly value: (context: ExecutionContext) => Datum | null
}

/** `positions` maps columns to their place in the table's tree. Returns undefined when a test can never hold. */
export function compileZoneFilters(
  filter: Expression | undefined,
  positions: ReadonlyMap<ColumnId, number>,
  preparation: Preparation,
): (context: ExecutionContext) => readonly ZoneFilter[] | undefined {
  const tests = conjuncts(filter).flatMap((conjunct) => zoneTest(conjunct, positions, preparation))
  if (tests.length === 0) return () => NO_FILTERS
  return (context) => evaluate(tests, context)
}

const NO_FILTERS: readonly ZoneFilter[] = []

function evaluate(
  tests: readonly ZoneTest[],
  context: ExecutionContext,
): readonly ZoneFilter[] | undefined {
  const filters: ZoneFilter[] = []
  for (const { column, operator, value } of tests) {
    const known = value(context)
    if (known === null) return undefined
    if (known === known) filters.push({ column, operator, value: known }) // NaN orders otherwise
  }
  return filters
}

export function conjuncts(filter: Expression | undefined): readonly Expression[] {
  if (filter === undefined) return []
  return filter.kind === 'and' ? filter.args.flatMap(conjuncts) : [filter]
}

function zoneTest(
  conjunct: Expression,
  positions: ReadonlyMap<ColumnId, number>,
  preparation: Preparation,
): ZoneTest[] {
  if (conjunct.kind !== 'call' || conjunct.args.length !== 2) return []
  const operation = zoneComparison(conjunct, preparation)
  if (operation === undefined || operation === '<>') return []
  const [left, right] = conjunct.args
  const direct = columnPosition(left, positions)
  const column = direct ?? columnPosition(right, positions)
  if (column === undefined) return []
  const other = direct === undefined ? left : right
  if (!isRowConstant(other, layoutOfPositions(positions), preparation.catalog)) return []
  const operator = direct === undefined ? MIRRORED[operation] : operation
  if (operator === '<>') return []
  return [{ column, operator, value: compileFree(other, preparation) }]
}

function zoneComparison(call: FunctionCall, { catalog }: Preparation) {
  const proc = catalog.proc(call.procedure)
  if (proc === undefined || proc.language !== 'internal') return undefined
  const operation = plainComparison(proc.source)
  const byLocale =
    proc.source.startsWith('text') &&
    call.inputCollation !== 0 &&
    catalog.collationLocale(call.inputCollation) !== undefined
  return byLocale && operation !== '=' ? undefined : operation
}

function columnPosition(
  expression: Expression,
  positions: ReadonlyMap<ColumnId, number>,
): number | undefined {
  return expression.kind === 'column' ? positions.get(expression.column) : undefined
}

function layoutOfPositions(positions: ReadonlyMap<ColumnId, number>): Layout {
  return positions
}

/** What binding an expression needs: the statement's context and the scope names are looked up in. */
import type { BindContext } from '../context/bind-context.ts'
import type { Scope } from '../context/scope.ts'
import type { Expression } from '../../plan/expression.ts'

export interface Binder {
  readonly context: BindContext
  readonly scope: Scope
}

/** Where an expression starts in the text: the leftmost of its parts, as PostgreSQL's exprLocation. */
export function leftmost(...positions: readonly (number | undefined)[]): number | undefined {
  let least: number | undefined
  for (const position of positions) {
    if (position !== undefined && (least === undefined || position < least)) least = position
  }
  return least
}

export function leftmostOf(
  position: number | undefined,
  args: readonly Expression[],
): number | undefined {
  return leftmost(position, ...args.map((arg) => arg.position))
}

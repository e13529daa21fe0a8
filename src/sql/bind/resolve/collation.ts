/**
 * Collation derivation. Every expression carries a collation; how strongly it holds to it (a COLLATE clause beats a
 * column, a column beats a default) matters only while binding, so it is kept beside the tree.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { Expression } from '../../plan/expression.ts'
import type { BindContext } from '../context/bind-context.ts'
import { DEFAULT_COLLATION, NO_OID } from './type-oids.ts'

type Strength = 'none' | 'implicit' | 'conflict' | 'explicit'

interface State {
  readonly strength: Strength
  readonly collation: Oid
  readonly position?: number | undefined
}

const NONE: State = { strength: 'none', collation: NO_OID }

/** Only strengths that cannot be read off the expression itself: explicit and conflicting ones. */
const special = new WeakMap<object, State>()

function stateOf(expression: Expression): State {
  const known = special.get(expression)
  if (known !== undefined) return known
  if (expression.collation === NO_OID) return NONE
  return { strength: 'implicit', collation: expression.collation, position: expression.position }
}

function merge(left: State, right: State): State {
  if (left.strength === 'none') return right
  if (right.strength === 'none') return left
  if (left.strength === 'explicit' && right.strength === 'explicit') {
    if (left.collation !== right.collation) throw new ExplicitConflict(left, right)
    return left
  }
  if (left.strength === 'explicit') return left
  if (right.strength === 'explicit') return right
  if (left.strength === 'conflict') return left
  if (right.strength === 'conflict') return right
  if (left.collation === right.collation || right.collation === DEFAULT_COLLATION) return left
  if (left.collation === DEFAULT_COLLATION) return right
  return { strength: 'conflict', collation: NO_OID, position: right.position }
}

class ExplicitConflict extends Error {
  readonly left: State
  readonly right: State
  constructor(left: State, right: State) {
    super('explicit collations differ')
    this.left = left
    this.right = right
  }
}

export interface DerivedCollation {
  /** Collation of the result; 0 when its type has none. */
  readonly collation: Oid
  /** Collation to compute with. */
  readonly input: Oid
  readonly state: unknown
}

function deriveState(context: BindContext, args: readonly Expression[]): State {
  let state = NONE
  try {
    for (const arg of args) state = merge(state, stateOf(arg))
  } catch (error) {
    if (!(error instanceof ExplicitConflict)) throw error
    throw new SqlError(
      '42P21',
      `collation mismatch between explicit collations "${collationName(context, error.left.collation)}" ` +
        `and "${collationName(context, error.right.collation)}"`,
      { position: error.right.position },
    )
  }
  return state
}

/** The catalog finds collations by name only; errors name the common ones. */
function collationName(context: BindContext, collation: Oid): string {
  const names = [
    'default',
    'C',
    'POSIX',
    'ucs_basic',
    'unicode',
    'en_US',
    'en-US-x-icu',
    'und-x-icu',
  ]
  const found = names.find(
    (name) => context.catalog.findCollation(undefined, name)?.oid === collation,
  )
  return found ?? String(collation)
}

/** Collation of a result of `type` computed from `args`. */
export function deriveCollation(
  context: BindContext,
  type: Oid,
  args: readonly Expression[],
): DerivedCollation {
  const state = deriveState(context, args)
  const own = context.catalog.type(type).collation
  const result = own === NO_OID ? NO_OID : state.strength === 'none' ? own : state.collation
  return { collation: result, input: state.collation, state }
}

/** Remembers an explicit or conflicting collation of a node just built from `derived`. */
export function withCollationState<E extends Expression>(node: E, derived: DerivedCollation): E {
  const state = derived.state as State // why: opaque to callers so that strengths stay in this file
  if (node.collation !== NO_OID || state.strength === 'conflict') {
    if (state.strength === 'explicit' || state.strength === 'conflict') special.set(node, state)
  }
  return node
}

/** A node that only passes a value through (a cast to the same kind of string) keeps its strength. */
export function copyCollationState<E extends Expression>(node: E, from: Expression): E {
  const state = special.get(from)
  if (state !== undefined && node.collation !== NO_OID) special.set(node, state)
  return node
}

/** `position` is that of the COLLATE clause. */
export function markExplicitCollation<E extends Expression>(
  node: E,
  position: number | undefined,
): E {
  special.set(node, { strength: 'explicit', collation: node.collation, position })
  return node
}

/** What all joins of two independent inputs have in common once prepared. */
import type { JoinType } from '../../../plan/plan-node.ts'
import type { Kernel } from '../../expression/kernel.ts'
import type { KeyColumn } from '../../keys/key-table.ts'
import type { Operator } from '../operator.ts'

export interface JoinKeys {
  readonly left: readonly Kernel[]
  readonly right: readonly Kernel[]
  readonly columns: readonly KeyColumn[]
  /** Per key: whether null joins null. */
  readonly nullEqual: readonly boolean[]
}

export interface JoinPlan {
  readonly type: JoinType
  readonly left: Operator
  readonly right: Operator
  readonly keys: JoinKeys | undefined
  /** Over left's then right's columns. */
  readonly residual: Kernel | undefined
  /** Whether a boolean column takes the place of filtering (type is 'semi'). */
  readonly hasMark: boolean
  readonly nullAware: boolean
  /** Which of left's then right's columns the node's output shows, and which the residual reads: others are not copied. */
  readonly shown: readonly boolean[]
  readonly tested: readonly boolean[]
}

/** Only whether a left row has partners matters, not which. */
export function wantsExistenceOnly({ type }: JoinPlan): boolean {
  return type === 'semi' || type === 'anti'
}

export function keepsLeft({ type }: JoinPlan): boolean {
  return type === 'left' || type === 'full'
}

export function keepsRight({ type }: JoinPlan): boolean {
  return type === 'right' || type === 'full'
}

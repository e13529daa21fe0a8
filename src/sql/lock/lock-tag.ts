/** What can be locked. Rows are named by their table's tree; a waiter for another transaction's end names that transaction. */
import type { TreeId } from '../../storage/access.ts'
import type { Oid } from '../catalog/catalog.ts'
import type { LockOwner } from './lock-owner.ts'
import type { RowLockStrength, TableLockMode } from './lock-mode.ts'

/** The keys of an advisory lock: one of 64 bits, or two of 32. */
export interface AdvisoryKey {
  readonly high: number
  readonly low: number
  /** 1 for one key, 2 for two: they are different spaces. */
  readonly space: 1 | 2
}

export type LockRequest =
  | {
      readonly kind: 'relation'
      readonly relation: Oid
      readonly mode: TableLockMode
    }
  | {
      readonly kind: 'row'
      readonly tree: TreeId
      readonly rowId: number
      readonly strength: RowLockStrength
    }
  | {
      readonly kind: 'advisory'
      readonly key: AdvisoryKey
      readonly mode: TableLockMode
      /** Held until it is unlocked or the session ends. */
      readonly ofSession: boolean
    }
  /** A name in a catalog, while whoever uses it first has not ended. */
  | { readonly kind: 'name'; readonly name: string }
  /** Until that one's transaction has ended. */
  | { readonly kind: 'transaction'; readonly of: LockOwner; readonly transaction: number }

/** Equal for requests that wait in the same queue. */
export function queueKey(request: LockRequest): string {
  switch (request.kind) {
    case 'relation':
      return `relation/${request.relation}`
    case 'row':
      return `row/${request.tree}/${request.rowId}`
    case 'advisory':
      return advisoryKey(request.key)
    case 'name':
      return `name/${request.name}`
    case 'transaction':
      return `transaction/${request.transaction}`
  }
}

export function advisoryKey({ high, low, space }: AdvisoryKey): string {
  return `advisory/${space}/${high}/${low}`
}

/** Back from what `advisoryKey` made of it. */
export function readAdvisoryKey(text: string): AdvisoryKey {
  const [, space, high, low] = text.split('/')
  return { high: Number(high), low: Number(low), space: space === '1' ? 1 : 2 }
}

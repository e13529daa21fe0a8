/** What the clients of a run saw: transactions of appends to lists and reads of them. Every appended value is unique. */
export type Operation =
  | { readonly kind: 'append'; readonly key: number; readonly value: number }
  | { readonly kind: 'read'; readonly key: number; readonly list: readonly number[] }

export interface ClientTransaction {
  readonly id: number
  readonly operations: readonly Operation[]
  /** Appends that were taken back to a savepoint, in a transaction that may have committed. */
  readonly undone: readonly number[]
  readonly isCommitted: boolean
  /** Steps of the run: before its first statement, after its end was acknowledged. */
  readonly begunAt: number
  readonly endedAt: number
}

export type History = readonly ClientTransaction[]

/**
 * Lock modes and which of them exclude each other, as PostgreSQL has them: eight for tables (and advisory locks, which use
 * two of them), four strengths for rows. Source: PostgreSQL's documentation, 13.3 Explicit Locking.
 */

/** PostgreSQL's LOCKMODE numbers. */
export const TABLE_LOCK = {
  accessShare: 1,
  rowShare: 2,
  rowExclusive: 3,
  shareUpdateExclusive: 4,
  share: 5,
  shareRowExclusive: 6,
  exclusive: 7,
  accessExclusive: 8,
} as const

export type TableLockMode = (typeof TABLE_LOCK)[keyof typeof TABLE_LOCK]

export const TABLE_LOCKS: readonly TableLockMode[] = Object.values(TABLE_LOCK)

/** As pg_locks shows them. */
const TABLE_LOCK_NAMES: readonly string[] = [
  '',
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
]

export function tableLockName(mode: TableLockMode): string {
  return TABLE_LOCK_NAMES[mode] ?? ''
}

/** The modes that no strong one of others stands against: held by reads and writes of rows, and never in each other's way. */
export function isWeak(mode: TableLockMode): boolean {
  return mode <= TABLE_LOCK.rowExclusive
}

const bits = (...modes: readonly number[]): number =>
  modes.reduce((mask, mode) => mask | (1 << mode), 0)

/** By mode: a mask of the modes that exclude it. */
const TABLE_CONFLICTS: readonly number[] = [
  0,
  bits(8),
  bits(7, 8),
  bits(5, 6, 7, 8),
  bits(4, 5, 6, 7, 8),
  bits(3, 4, 6, 7, 8),
  bits(3, 4, 5, 6, 7, 8),
  bits(2, 3, 4, 5, 6, 7, 8),
  bits(1, 2, 3, 4, 5, 6, 7, 8),
]

/** `held`: a mask of modes. */
export function conflictsWith(mode: TableLockMode, held: number): boolean {
  return ((TABLE_CONFLICTS[mode] ?? 0) & held) !== 0
}

/** From weakest to strongest. */
export const ROW_LOCK = { keyShare: 0, share: 1, noKeyUpdate: 2, update: 3 } as const

export type RowLockStrength = (typeof ROW_LOCK)[keyof typeof ROW_LOCK]

export const ROW_LOCK_STRENGTHS: readonly RowLockStrength[] = [0, 1, 2, 3]

/** By strength: those of others that exclude it. */
const ROW_CONFLICTS: readonly (readonly RowLockStrength[])[] = [
  [3],
  [2, 3],
  [1, 2, 3],
  [0, 1, 2, 3],
]

export function rowConflicts(strength: RowLockStrength): readonly RowLockStrength[] {
  return ROW_CONFLICTS[strength] ?? []
}

/**
 * What of a session outlives its memory: an idle connection's session is put away as plain data when the object sleeps, and made
 * anew from it when the next message comes. An open transaction cannot be put away.
 */
import type { SessionFacts } from '../execute/session-facts.ts'
import type { AdvisoryHoldings } from '../lock/lock-owner.ts'
import type { SessionState } from './session-state.ts'
import type { SettingsMark } from './settings/settings.ts'

export interface SavedStatement {
  readonly name: string
  /** Of a PREPARE: that statement itself. */
  readonly text: string
  readonly declaredTypes: readonly number[]
  readonly isFromSql: boolean
}

/** Survives a structured clone. */
export interface SavedSession {
  readonly settings: SettingsMark
  readonly statements: readonly SavedStatement[]
  /** What it listens to. */
  readonly channels: ReadonlySet<string>
  /** Of the session, not of a transaction. */
  readonly advisoryLocks: AdvisoryHoldings
  readonly drawnValues: ReadonlyMap<number, number | bigint>
  readonly lastDrawn: number | bigint | undefined
  /** When the session began, and what it did last. */
  readonly activity: Pick<SessionFacts, 'startedAtMicros' | 'queryStartMicros' | 'query'>
}

export function saveSession(
  state: SessionState,
  { startedAtMicros, queryStartMicros, query }: SavedSession['activity'],
): SavedSession {
  const { settings, prepared, drawnSequences, channels, lockOwner } = state
  return {
    settings: settings.mark(),
    channels: channels.listening,
    advisoryLocks: structuredClone(lockOwner.session),
    statements: [...prepared.values()].map(({ name, text, declaredTypes, isFromSql }) => ({
      name,
      text,
      declaredTypes,
      isFromSql,
    })),
    drawnValues: new Map(drawnSequences.values),
    lastDrawn: drawnSequences.last,
    activity: { startedAtMicros, queryStartMicros, query },
  }
}

/** Equal marks, element by element: nothing has changed that would have to be saved again. */
export function sessionMark(state: SessionState): readonly unknown[] {
  const { settings, prepared, portals, drawnSequences, channels, lockOwner } = state
  const { values, last } = drawnSequences
  const { listening } = channels
  const settingsMark = settings.mark()
  const { sessionChanges } = lockOwner
  const { version } = prepared
  return [settingsMark, version, portals.hasHeld, last, values.size, listening, sessionChanges]
}

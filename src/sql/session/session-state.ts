/** What a session is made of, as the parts of the session that run its statements see it. */
import type { LockOwner } from '../lock/lock-owner.ts'
import type { Database } from './database.ts'
import { SessionChannels } from './notify/session-channels.ts'
import { Portals } from './portal/portals.ts'
import { SeededGenerator } from './seeded-generator.ts'
import type { DrawnValues } from './sequence/sequence-values.ts'
import { currentUserOf, sessionUserOf } from './settings/change-setting.ts'
import { Settings } from './settings/settings.ts'
import { PreparedStatements } from './statement/prepared-statements.ts'

/** Who a session is. */
export interface SessionOrigin {
  readonly user: string
  /** Startup parameters: settings such as application_name or datestyle. */
  readonly settings?: ReadonlyMap<string, string>
  /** The number that its client knows a long-lived session by; names its temporary schema. */
  readonly processId?: number
}

/** What outlives the statement. */
export interface SessionState {
  readonly database: Database
  readonly settings: Settings
  readonly drawnSequences: DrawnValues
  readonly generator: SeededGenerator
  readonly prepared: PreparedStatements
  readonly portals: Portals
  readonly channels: SessionChannels
  /** Who logged in. */
  readonly authenticatedUser: string
  /** Follow from the settings: SET SESSION AUTHORIZATION, SET ROLE. */
  readonly sessionUser: string
  readonly currentUser: string
  /** As clients know it. */
  readonly processId: number
  readonly lockOwner: LockOwner
  /** How often the transaction's time was asked for: a plan that did so while it was made is good for that time only. */
  timeReads: number
  /** Schema of the session's temporary objects; exists once the first is made. */
  readonly temporarySchema: string
}

export function newSessionState(database: Database, origin: SessionOrigin): SessionState {
  const { user, processId = database.nextSessionNumber() } = origin
  const settings = new Settings(origin.settings)
  const sessionUser = (): string => sessionUserOf(settings, user)
  const currentUser = (): string => currentUserOf(settings, user)
  return {
    database,
    settings,
    drawnSequences: { values: new Map(), last: undefined },
    generator: new SeededGenerator(database.random()),
    prepared: new PreparedStatements(),
    portals: new Portals(),
    channels: new SessionChannels(),
    authenticatedUser: user,
    get sessionUser() {
      return settings.derived(sessionUser)
    },
    get currentUser() {
      return settings.derived(currentUser)
    },
    timeReads: 0,
    processId,
    lockOwner: database.locks.newOwner(processId),
    temporarySchema: `pg_temp_${processId}`,
  }
}

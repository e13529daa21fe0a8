/** The settings that a client is told at startup and whenever they change (ParameterStatus). */
import type { Settings, SettingsMark } from '../../sql/session/settings/settings.ts'
import { parameterStatus } from './codec/backend-messages.ts'
import type { MessageWriter } from './codec/message-writer.ts'

/** PostgreSQL's GUC_REPORT settings of version 17. */
const REPORTED = [
  'application_name',
  'client_encoding',
  'DateStyle',
  'default_transaction_read_only',
  'in_hot_standby',
  'integer_datetimes',
  'IntervalStyle',
  'scram_iterations',
  'server_encoding',
  'server_version',
  'standard_conforming_strings',
  'TimeZone',
] as const

export class ReportedSettings {
  readonly #settings: Settings
  readonly #told = new Map<string, string>()
  #mark: SettingsMark | undefined

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** Tells what has changed since the last time; everything the first time. */
  report(out: MessageWriter): void {
    const mark = this.#settings.mark()
    if (mark === this.#mark) return
    this.#mark = mark
    for (const name of REPORTED) {
      if (this.#settings.get(name) === undefined) continue
      const value = this.#settings.show(name)
      if (this.#told.get(name) === value) continue
      this.#told.set(name, value)
      parameterStatus(out, name, value)
    }
  }
}

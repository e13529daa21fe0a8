/** Extensions that CREATE EXTENSION accepts: what they bring is part of Lakelet anyway, or is brought as pg_proc rows. */

import { STATEMENT_STATISTICS_SCRIPT } from './extension/statement-statistics-script.ts'

export interface AvailableExtension {
  readonly name: string
  readonly version: string
  readonly comment: string
  /** pg_extension.extrelocatable */
  readonly relocatable: boolean
  /** Functions without arguments that it adds: name, the built-in C symbol behind it, result type. */
  readonly functions: readonly {
    readonly name: string
    readonly symbol: string
    readonly result: number
  }[]
  /** SQL that makes what else it brings. */
  readonly script?: string
}

const UUID = 2950

export const AVAILABLE_EXTENSIONS: readonly AvailableExtension[] = [
  {
    name: 'plpgsql',
    version: '1.0',
    comment: 'PL/pgSQL procedural language',
    relocatable: false,
    functions: [],
  },
  {
    name: 'uuid-ossp',
    version: '1.1',
    comment: 'generate universally unique identifiers (UUIDs)',
    relocatable: true,
    functions: [{ name: 'uuid_generate_v4', symbol: 'gen_random_uuid', result: UUID }],
  },
  // LIMIT: of pgcrypto only gen_random_uuid(), which PostgreSQL has without it.
  {
    name: 'pgcrypto',
    version: '1.3',
    comment: 'cryptographic functions',
    relocatable: true,
    functions: [],
  },
  {
    name: 'pg_stat_statements',
    version: '1.11',
    comment: 'track planning and execution statistics of all SQL statements executed',
    relocatable: true,
    functions: [],
    script: STATEMENT_STATISTICS_SCRIPT,
  },
]

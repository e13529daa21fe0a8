/** A branch with the tables of schema.sql, and statements bound over its catalog without being run. */
import { LockOwner } from '../../src/sql/lock/lock-owner.ts'
import { readFileSync } from 'node:fs'
import { SqlError } from '../../src/errors/sql-error.ts'
import { bindQuery } from '../../src/sql/bind/bind-query.ts'
import type { Catalog } from '../../src/sql/catalog/catalog.ts'
import type { EvaluationSession } from '../../src/sql/execute/evaluation-session.ts'
import { parse } from '../../src/sql/parse/parse.ts'
import type { BoundQuery } from '../../src/sql/plan/plan-node.ts'
import type { TypeIo } from '../../src/sql/types/type-io.ts'
import { openTestClient } from '../engine/memory-branch.ts'

export interface Described {
  readonly columns: readonly (readonly [name: string, type: string, typmod: number])[]
  readonly parameters: readonly string[]
  readonly error?: Readonly<Record<string, string>>
}

const SETTINGS: Readonly<Record<string, string>> = {
  timezone: 'UTC',
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
}

/** What reading literals needs; the rest is never called while binding. */
const SESSION = {
  setting: (name: string) => SETTINGS[name],
  searchPath: ['public'],
  currentUser: 'lakelet',
  sessionUser: 'lakelet',
  databaseName: 'lakelet',
  transactionTimestamp: 800_000_000_000_000,
  statementTimestamp: 800_000_000_000_000,
  clockTimestamp: () => 800_000_000_000_000,
} as unknown as EvaluationSession // why: a stand-in with only the parts that are used

export class BindHarness {
  readonly catalog: Catalog
  readonly typeIo: TypeIo

  constructor(catalog: Catalog, typeIo: TypeIo) {
    this.catalog = catalog
    this.typeIo = typeIo
  }

  static async open(): Promise<BindHarness> {
    const client = await openTestClient()
    const schema = readFileSync(new URL('schema.sql', import.meta.url), 'utf8')
    for (const statement of schema.split(/;\n/))
      if (statement.trim()) await client.script(statement)
    const { catalog } = client.database.begin(new LockOwner(0))
    return new BindHarness(catalog, client.database.typeIo)
  }

  bind(sql: string): BoundQuery {
    const [parsed] = parse(sql)
    if (parsed === undefined) throw new RangeError('no statement')
    return bindQuery(parsed.statement, {
      catalog: this.catalog,
      searchPath: ['public'],
      session: SESSION,
      typeIo: this.typeIo,
    })
  }

  /** As PostgreSQL's Parse and Describe would answer. */
  describe(sql: string): Described {
    try {
      const bound = this.bind(sql)
      const name = (oid: BoundQuery['parameters'][number]): string => this.catalog.type(oid).name
      return {
        columns: bound.columns.map((one) => [one.name, name(one.type), one.typmod]),
        parameters: bound.parameters.map(name),
      }
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      const { detail, hint, position } = error.fields
      const fields = { code: error.code, message: error.message, detail, hint, position }
      const written = Object.entries(fields).filter(([, value]) => value !== undefined)
      const shown = Object.fromEntries(written.map(([key, value]) => [key, String(value)]))
      return { columns: [], parameters: [], error: shown }
    }
  }
}

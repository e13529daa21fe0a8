/** Plans and runs queries over a branch with chosen rewrite rules: what golden and differential tests of the optimizer stand on. */
import { LockOwner } from '../../src/sql/lock/lock-owner.ts'
import { parse } from '../../src/sql/parse/parse.ts'
import type { EvaluationSession } from '../../src/sql/execute/evaluation-session.ts'
import type { OptimizeOptions } from '../../src/sql/plan/optimize.ts'
import { executionContext, planQuery } from '../../src/sql/session/statement/plan/planned-query.ts'
import type {
  PlannedQuery,
  QueryEnvironment,
} from '../../src/sql/session/statement/plan/planned-query.ts'
import { ResultWriter } from '../../src/sql/session/result/result-writer.ts'
import { StatementSpill } from '../../src/sql/session/limits/statement-spill.ts'
import { bindQuery } from '../../src/sql/bind/bind-query.ts'
import type { BindableStatement } from '../../src/sql/bind/bind-query.ts'
import { type ExplainNode, explainTree } from '../../src/sql/plan/explain/explain-tree.ts'
import type { PlanNode } from '../../src/sql/plan/plan-node.ts'
import { estimateContext, textContext } from '../../src/sql/session/statement/explain.ts'
import type { TestClient } from '../engine/memory-branch.ts'

const SETTINGS: Readonly<Record<string, string>> = {
  timezone: 'UTC',
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  extra_float_digits: '1',
}
const NOW = 800_000_000_000_000

/** What queries that only read need of a session. */
const SESSION = {
  setting: (name: string) => SETTINGS[name.toLowerCase()],
  searchPath: ['public'],
  currentUser: 'lakelet',
  sessionUser: 'lakelet',
  databaseName: 'lakelet',
  transactionTimestamp: NOW,
  statementTimestamp: NOW,
  clockTimestamp: () => NOW,
  random: () => 0.5,
} as unknown as EvaluationSession // why: a stand-in with only the parts that are used

const SPILL_LIMIT_BYTES = 1 << 30

export type Row = readonly (string | null)[]

export class PlanHarness {
  readonly #client: TestClient
  readonly environment: QueryEnvironment

  constructor(client: TestClient) {
    this.#client = client
    const { database } = client
    const { access, catalog } = database.begin(new LockOwner(0))
    const spill = new StatementSpill(() => database.createSpill(), SPILL_LIMIT_BYTES)
    this.environment = { database, catalog, access, session: SESSION, spill }
  }

  plan(sql: string, options?: OptimizeOptions): PlannedQuery {
    const [parsed] = parse(sql)
    if (parsed === undefined) throw new RangeError('no statement')
    return planQuery(parsed.statement as BindableStatement, this.environment, [], options) // tests plan queries only
  }

  /** Before any rule. */
  bind(sql: string): PlanNode {
    const { catalog, session, database } = this.environment
    const [parsed] = parse(sql)
    if (parsed === undefined) throw new RangeError('no statement')
    return bindQuery(parsed.statement as BindableStatement, {
      catalog,
      session,
      searchPath: session.searchPath,
      typeIo: database.typeIo,
      parameterTypes: [],
    }).plan
  }

  explain(query: PlannedQuery): ExplainNode {
    return explainTree(query.plan, textContext(this.environment), estimateContext(this.environment))
  }

  /** The rows as text. */
  async run(query: PlannedQuery): Promise<readonly Row[]> {
    const { environment } = this
    const writer = new ResultWriter(query.columns, environment)
    const rows: Row[] = []
    const stream = query.prepared.run(executionContext(environment, []))
    await this.#client.branch.run(
      (function* collect() {
        for (const item of stream) {
          if (item.kind === 'batch') rows.push(...(writer.rows(item) as readonly Row[]))
          else yield item
        }
      })(),
    )
    return rows
  }
}

/**
 * The Durable Object of a branch: opens the branch when it wakes, checks who asks, runs requests, writes checkpoints when they
 * are due and before it goes to sleep.
 *
 * Durability: the platform's output gate holds every answer back until the writes before it are durable, so a commit that was
 * answered is never lost.
 */
import type { R2Bucket } from '@cloudflare/workers-types'
import { DurableObject } from 'cloudflare:workers'
import { SqlError } from '../errors/sql-error.ts'
import { SQLSTATE } from '../errors/sql-state.ts'
import { SystemClock } from '../storage/platform/clock.ts'
import { R2ObjectStore } from '../storage/platform/r2-object-store.ts'
import { SystemRandom } from '../storage/platform/random.ts'
import { SqliteLocalStore } from '../storage/platform/sqlite-local-store.ts'
import { DurableSqlDatabase } from '../storage/platform/durable-sql-database.ts'
import { PasswordCheck } from './auth/password-check.ts'
import { Branch } from './branch.ts'
import { errorResponse, plainError } from './http-sql/error-body.ts'
import type { HttpError } from './http-sql/error-body.ts'
import { executeRequest } from './http-sql/execute-request.ts'
import type { BatchOptions } from './http-sql/execute-request.ts'
import { ResponseTooLarge } from './http-sql/limited-results.ts'
import { parseRequestBody } from './http-sql/sql-request.ts'
import { resultJson } from './http-sql/sql-response.ts'
import type { ResultFormat } from './http-sql/sql-response.ts'

export interface BranchEnvironment {
  readonly BUCKET: R2Bucket
  /** The project whose main branch is made on first use. */
  readonly LAKELET_PROJECT: string
  /** Password of the first role of branches made on first use. */
  readonly LAKELET_PASSWORD?: string
}

/** A `POST /sql` as the Worker hands it on. */
export interface HttpSqlRequest {
  readonly project: string
  readonly branch: string
  readonly database: string
  readonly role: string
  readonly password: string
  readonly parameters: Readonly<Record<string, string>>
  /** The body's JSON text. */
  readonly body: string
  readonly format: ResultFormat
  readonly batch: BatchOptions
}

export interface HttpSqlResponse {
  readonly status: number
  readonly body: string
}

const DATABASE = 'lakelet'
const SUPERUSER = 'lakelet'
/** Idle this long, the branch checkpoints what its log still holds. */
const IDLE_CHECKPOINT_MS = 5_000

export class BranchObject extends DurableObject<BranchEnvironment> {
  #branch: Promise<Branch> | undefined
  #passwords: PasswordCheck | undefined
  #isAlarmSet = false

  /** Runs a request and answers in the Neon protocol; errors become answers too. */
  async sql(request: HttpSqlRequest): Promise<HttpSqlResponse> {
    try {
      const branch = await this.#open(request)
      await this.#authenticate(branch, request)
      const body = parseRequestBody(request.body)
      const settings = startupSettings(request.parameters)
      const newSession = () => branch.newSession({ user: request.role, settings })
      const results = await executeRequest(branch, newSession, body, request.batch)
      await this.#afterCommit(branch)
      const json = results.map((result, index) =>
        resultJson(result, {
          ...request.format,
          isArrayMode: body.queries[index]?.arrayMode ?? request.format.isArrayMode,
        }),
      )
      return { status: 200, body: body.isBatch ? `{"results":[${json.join(',')}]}` : (json[0] ?? '{}') }
    } catch (error) {
      return failure(error)
    }
  }

  /** The idle checkpoint: leaves the log's tail short for the next wake. */
  override async alarm(): Promise<void> {
    this.#isAlarmSet = false
    const branch = await this.#branch
    await branch?.store.checkpoint()
  }

  #open(request: HttpSqlRequest): Promise<Branch> {
    this.#branch ??= this.#openBranch(request).catch((error: unknown) => {
      this.#branch = undefined
      throw error
    })
    return this.#branch
  }

  async #openBranch({ project, branch }: HttpSqlRequest): Promise<Branch> {
    const local = new SqliteLocalStore(new DurableSqlDatabase(this.ctx.storage))
    const exists = local.getValue('branch') !== undefined
    if (!exists && !this.#isDefault(project, branch)) throw unknownBranch(project, branch)
    const platform = {
      objects: new R2ObjectStore(this.env.BUCKET),
      local,
      clock: new SystemClock(),
      random: new SystemRandom(),
    }
    const opened = await Branch.open(platform, {
      databaseName: DATABASE,
      superuser: SUPERUSER,
      storage: { prefix: `${project}/${branch}/${this.ctx.id.toString()}/` },
    })
    this.#passwords = new PasswordCheck(opened, SUPERUSER)
    if (!exists) {
      await this.#passwords.set(SUPERUSER, this.env.LAKELET_PASSWORD ?? '')
      local.putValue('branch', new TextEncoder().encode(`${branch}--${project}`))
    }
    return opened
  }

  #isDefault(project: string, branch: string): boolean {
    return project === this.env.LAKELET_PROJECT && branch === 'main' && (this.env.LAKELET_PASSWORD ?? '') !== ''
  }

  async #authenticate(branch: Branch, request: HttpSqlRequest): Promise<void> {
    await this.#passwords!.verify(request.role, request.password) // made when the branch was opened
    if (request.database !== branch.name) {
      throw new SqlError(SQLSTATE.INVALID_CATALOG_NAME, `database "${request.database}" does not exist`)
    }
  }

  /** After every request: a checkpoint now if the log has grown long, else one when the branch has gone idle. */
  async #afterCommit(branch: Branch): Promise<void> {
    if (branch.store.needsCheckpoint) this.ctx.waitUntil(branch.store.checkpoint())
    if (this.#isAlarmSet || branch.store.memory().tailBytes === 0) return
    this.#isAlarmSet = true
    await this.ctx.storage.setAlarm(Date.now() + IDLE_CHECKPOINT_MS)
  }
}

function failure(error: unknown): HttpError {
  if (error instanceof ResponseTooLarge) return plainError(507, error.message)
  return errorResponse(error)
}

function unknownBranch(project: string, branch: string): SqlError {
  return new SqlError(
    SQLSTATE.INVALID_CATALOG_NAME,
    `branch "${branch}" of project "${project}" does not exist`,
  )
}

/** Connection parameters that are settings; `options=-c name=value` may carry more. */
function startupSettings(parameters: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const settings = new Map<string, string>()
  const transportOnly = new Set(['sslmode', 'channel_binding', 'connect_timeout', 'pgbouncer', 'options', 'endpoint'])
  for (const [name, value] of Object.entries(parameters)) {
    if (!transportOnly.has(name)) settings.set(name, value)
  }
  for (const match of (parameters['options'] ?? '').matchAll(/(?:-c\s*|--)([\w.]+)=((?:\\.|\S)*)/g)) {
    settings.set(match[1]!.replaceAll('-', '_'), match[2]!.replaceAll(/\\(.)/g, '$1'))
  }
  return settings
}

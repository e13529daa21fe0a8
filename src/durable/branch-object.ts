/**
 * The Durable Object of a branch: opens the branch when it wakes, checks who asks, runs requests, and has checkpoints
 * written.
 *
 * Durability: the platform's output gate holds every answer back until the writes before it are durable, so a commit that
 * was answered is never lost.
 */
import type {
  R2Bucket,
  Request as WorkerRequest,
  Response as WorkerResponse,
  WebSocket,
} from '@cloudflare/workers-types'
import { DurableObject } from 'cloudflare:workers'
import { SqlError } from '../errors/sql-error.ts'
import { SQLSTATE } from '../errors/sql-state.ts'
import { SystemClock } from '../storage/platform/clock.ts'
import { DurableSqlDatabase } from '../storage/platform/durable-sql-database.ts'
import { R2ObjectStore } from '../storage/platform/r2-object-store.ts'
import { SystemRandom } from '../storage/platform/random.ts'
import { SqliteLocalStore } from '../storage/platform/sqlite-local-store.ts'
import type { StoragePlatform } from '../storage/platform/storage-platform.ts'
import { CheckpointSchedule } from './alarm/checkpoint-schedule.ts'
import { StatisticsKeeper } from './alarm/statistics-keeper.ts'
import { ObjectAlarm } from './alarm/object-alarm.ts'
import { AttemptLimiter } from './auth/attempt-limiter.ts'
import { PasswordCheck } from './auth/password-check.ts'
import { roleLogin } from './auth/role-login.ts'
import { createScramSecret } from './auth/scram-secret.ts'
import { SQL_URL } from './branch-request.ts'
import type { BranchAddress, BranchLogin, HttpAnswer, HttpSqlRequest } from './branch-request.ts'
import type { BranchDatabase } from './branch-database.ts'
import { Branch } from './branch.ts'
import { errorResponse, plainError } from './http-sql/error-body.ts'
import { executeRequest } from './http-sql/execute-request.ts'
import { jsonResponse } from './http-sql/json-response.ts'
import { ResponseTooLarge } from './http-sql/limited-results.ts'
import { readSqlRequest } from './http-sql/read-sql-request.ts'
import { parseRequestBody } from './http-sql/sql-request.ts'
import { responseJson } from './http-sql/sql-response.ts'
import { enterDatabase } from './databases/enter-database.ts'
import { STORAGE_LIMITS } from './memory-limits.ts'
import { startupSettings } from './startup-settings.ts'
import { BranchSockets } from './sockets/branch-sockets.ts'
import { readSocketRequest, socketResponse, unavailable } from './sockets/socket-response.ts'
import type { SleeperFacts } from './sockets/attachment.ts'
import { dropTemporarySchema, sweepTemporarySchemas } from './sockets/temporary-schemas.ts'

export interface BranchEnvironment {
  readonly BUCKET: R2Bucket
  /** The project whose main branch is made on first use. */
  readonly LAKELET_PROJECT: string
  /** Password of the first role of branches made on first use; without it none is made. */
  readonly LAKELET_PASSWORD?: string
}

const DATABASE = 'lakelet'
const SUPERUSER = 'lakelet'
/** In the object's key-value storage: the branch's address, once it exists. */
const ADDRESS_KEY = 'address'

export class BranchObject extends DurableObject<BranchEnvironment> {
  readonly #passwords = new PasswordCheck()
  readonly #attempts = new AttemptLimiter()
  readonly #alarm = new ObjectAlarm(this.ctx)
  readonly #checkpoints = new CheckpointSchedule(this.ctx, this.#alarm)
  readonly #statistics = new StatisticsKeeper(this.ctx.storage.kv)
  #branch: Promise<Branch> | undefined

  readonly #sockets = new BranchSockets(this.ctx, {
    passwords: this.#passwords,
    attempts: this.#attempts,
    alarm: this.#alarm,
    openBranch: (address) => this.open(address),
    afterExchange: (branch) => this.#afterExchange(branch),
    sleeperGone: (sleeper) => this.#sleeperGone(sleeper),
    databaseOpened: (database) => this.#sweep(database),
  })

  /** A `POST /sql`, or a WebSocket that speaks the PostgreSQL protocol. */
  override fetch(request: WorkerRequest): WorkerResponse | Promise<WorkerResponse> {
    if (request.url === SQL_URL) return this.#respond(request)
    if (this.#sockets.isFull) return unavailable()
    return socketResponse((server) => this.#sockets.accept(server, readSocketRequest(request)))
  }
  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    return this.#sockets.message(socket, data)
  }
  override webSocketClose(socket: WebSocket): Promise<void> {
    return this.#sockets.closed(socket)
  }
  override webSocketError(socket: WebSocket): Promise<void> {
    return this.#sockets.closed(socket)
  }

  async #respond(request: WorkerRequest): Promise<WorkerResponse> {
    // The runtime's Request and Response are what the globals are, under other declarations.
    const asked = request as unknown as Request
    const read = await readSqlRequest(asked, this.env.LAKELET_PROJECT)
    const answer = 'status' in read ? read : await this.sql(read)
    return jsonResponse(answer, asked) as unknown as WorkerResponse
  }

  /** Runs a request and answers in the Neon protocol; errors become answers too. */
  sql(request: HttpSqlRequest): Promise<HttpAnswer> {
    return this.#answer(request, async (database) => {
      const body = parseRequestBody(request.body)
      const settings = startupSettings(request.parameters)
      const newSession = () =>
        database.newSession({ user: request.role, settings, isSingleRequest: true })
      const results = await executeRequest(database, newSession, body, request.batch)
      return responseJson(results, body, request.format)
    })
  }

  /** Walks everything that the branch stores; names the first thing that is wrong. */
  check(login: BranchLogin): Promise<HttpAnswer> {
    return this.#answer(login, async (database) => {
      const { store } = database
      const finding = await store.run(store.check()).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      )
      return JSON.stringify({ lsn: store.roots.lsn, findings: finding ? [finding] : [] })
    })
  }

  /** Sessions that were idle for too long, and the idle checkpoint. */
  override async alarm(): Promise<void> {
    this.#alarm.rung()
    await this.#sockets.onAlarm()
    const address = this.ctx.storage.kv.get<BranchAddress>(ADDRESS_KEY)
    if (address === undefined) return
    const branch = await this.open(address)
    await this.#checkpoints.onAlarm(branch.store)
  }

  async #answer(
    login: BranchLogin,
    work: (database: BranchDatabase) => Promise<string>,
  ): Promise<HttpAnswer> {
    let database: BranchDatabase
    try {
      database = await this.#authenticate(await this.open(login), login)
    } catch (error) {
      return errorResponse(error, 'FATAL')
    }
    try {
      return { status: 200, body: await work(database) }
    } catch (error) {
      if (error instanceof ResponseTooLarge) return plainError(507, error.message)
      return errorResponse(error, 'ERROR')
    } finally {
      await this.#afterExchange(database)
    }
  }

  #afterExchange({ store, statistics }: Branch | BranchDatabase): Promise<void> | undefined {
    this.#statistics.note(statistics)
    return this.#checkpoints.note(store)
  }

  /** The branch, opened by the first who asks. Raises 3D000 when there is none. */
  protected open(address: BranchAddress): Promise<Branch> {
    this.#branch ??= this.#openBranch(address).catch((error: unknown) => {
      this.#branch = undefined
      throw error
    })
    return this.#branch
  }

  /** Where everything is stored; a seam for measuring. */
  protected platform(): StoragePlatform {
    return {
      objects: new R2ObjectStore(this.env.BUCKET),
      local: new SqliteLocalStore(new DurableSqlDatabase(this.ctx.storage)),
      clock: new SystemClock(),
      random: new SystemRandom(),
    }
  }

  async #openBranch({ project, branch }: BranchAddress): Promise<Branch> {
    const { kv } = this.ctx.storage
    const exists = kv.get(ADDRESS_KEY) !== undefined
    // Before anything is stored: whoever guesses names must not fill the platform with empty objects.
    if (!exists && !this.#isDefault(project, branch)) throw unknownBranch(project, branch)
    const opened = await Branch.open(this.platform(), {
      databaseName: DATABASE,
      superuser: SUPERUSER,
      superuserSecret: () => createScramSecret(this.env.LAKELET_PASSWORD ?? ''),
      storage: { ...STORAGE_LIMITS, prefix: `${project}/${branch}/${this.ctx.id.toString()}/` },
    })
    if (!exists) kv.put(ADDRESS_KEY, { project, branch })
    this.#statistics.restore(opened.statistics)
    this.#sockets.listen(opened)
    await this.#checkpoints.note(opened.store)
    return opened
  }

  /** Temporary objects of connections that a crash has cut off. */
  #sweep(database: BranchDatabase): void {
    const isAlive = (processId: number): boolean => this.#sockets.isAlive(processId)
    this.ctx.waitUntil(sweepTemporarySchemas(database, SUPERUSER, isAlive).catch(() => undefined))
  }

  /** Its temporary objects go now if the branch is open, else when it is. */
  async #sleeperGone({ database, processId }: SleeperFacts): Promise<void> {
    const branch = await this.#branch?.catch(() => undefined)
    const left = await branch?.databases.named(database).catch(() => undefined)
    left?.locks.abandon(processId)
    if (left !== undefined) await dropTemporarySchema(left, SUPERUSER, processId)
  }

  #isDefault(project: string, branch: string): boolean {
    const { LAKELET_PROJECT, LAKELET_PASSWORD = '' } = this.env
    return project === LAKELET_PROJECT && branch === 'main' && LAKELET_PASSWORD !== ''
  }

  async #authenticate(
    branch: Branch,
    { role, password, database, address }: BranchLogin,
  ): Promise<BranchDatabase> {
    const catalog = branch.shared.newest
    const attempt = { role, address }
    this.#attempts.admit(attempt, Date.now())
    try {
      await this.#passwords.verify(role, roleLogin(catalog, role), password, branch.nowMicros())
    } catch (error) {
      this.#attempts.failed(attempt, Date.now())
      throw error
    }
    this.#attempts.succeeded(attempt)
    return enterDatabase(branch, database, role)
  }
}

function unknownBranch(project: string, branch: string): SqlError {
  return new SqlError(
    SQLSTATE.INVALID_CATALOG_NAME,
    `branch "${branch}" of project "${project}" does not exist`,
  )
}

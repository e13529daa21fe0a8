/** The store inside workerd: a Durable Object with its SQLite database and a real bucket. */
import type {
  DurableObjectNamespace,
  DurableObjectState,
  R2Bucket,
} from '@cloudflare/workers-types'
import type { Lsn } from '../../../src/storage/access.ts'
import { SystemClock } from '../../../src/storage/platform/clock.ts'
import { DurableSqlDatabase } from '../../../src/storage/platform/durable-sql-database.ts'
import { R2ObjectStore } from '../../../src/storage/platform/r2-object-store.ts'
import { SystemRandom } from '../../../src/storage/platform/random.ts'
import { SqliteLocalStore } from '../../../src/storage/platform/sqlite-local-store.ts'
import { Store } from '../../../src/storage/store/store.ts'
import { JSON_DATUM_CODEC } from '../json-datum-codec.ts'
import { createBank, openAccounts, readBalances, transfer } from '../simulation/bank.ts'

interface Environment {
  readonly BUCKET: R2Bucket
  readonly BRANCH: DurableObjectNamespace
}

const ACCOUNTS = 2000

export class BranchObject {
  readonly #state: DurableObjectState
  readonly #environment: Environment
  #store: Promise<Store> | undefined

  constructor(state: DurableObjectState, environment: Environment) {
    this.#state = state
    this.#environment = environment
  }

  async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url)
    this.#store ??= this.#open()
    const store = await this.#store
    switch (url.pathname) {
      case '/transfer':
        return Response.json(await this.#transfers(store, Number(url.searchParams.get('count'))))
      case '/checkpoint':
        await store.checkpoint()
        return Response.json(store.memory())
      case '/report':
        return Response.json(await this.#report(store))
      default:
        this.#state.abort('crash on demand')
        return Response.json(null)
    }
  }

  #open(): Promise<Store> {
    const platform = {
      objects: new R2ObjectStore(this.#environment.BUCKET),
      local: new SqliteLocalStore(new DurableSqlDatabase(this.#state.storage)),
      clock: new SystemClock(),
      random: new SystemRandom(),
    }
    return Store.open(platform, { prefix: 'project/main/', codec: JSON_DATUM_CODEC })
  }

  async #transfers(store: Store, count: number): Promise<Lsn> {
    if (store.roots.lsn === 0) {
      const transaction = store.begin()
      createBank(transaction)
      const numbers = Array.from({ length: ACCOUNTS }, (_, number) => number)
      await store.run(openAccounts(transaction, numbers))
      await store.run(store.commit(transaction))
    }
    for (let i = 0; i < count; i++) {
      const transaction = store.begin()
      const order = { from: (i * 7) % ACCOUNTS, to: (i * 13 + 1) % ACCOUNTS, amount: 1 + (i % 9) }
      await store.run(transfer(transaction, order))
      await store.run(store.commit(transaction))
    }
    return store.roots.lsn
  }

  async #report(
    store: Store,
  ): Promise<{ lsn: Lsn; accounts: number; sum: number; fetches: number }> {
    await store.run(store.check())
    const balances = await store.run(readBalances(store.begin({ readOnly: true })))
    let sum = 0
    for (const balance of balances.values()) sum += balance
    const { fetches } = store.pages.statistics
    return { lsn: store.roots.lsn, accounts: balances.size, sum, fetches }
  }
}

const worker = {
  async fetch(request: Request, environment: Environment): Promise<Response> {
    const { BRANCH } = environment
    const name = request.headers.get('branch') ?? 'main'
    const object = BRANCH.get(BRANCH.idFromName(name))
    try {
      const response = await object.fetch(request.url)
      return new Response(await response.text(), { status: response.status })
    } catch (error) {
      return Response.json({ crashed: String(error) }, { status: 503 })
    }
  },
}
// oxlint-disable-next-line import/no-default-export -- how workerd finds a Worker
export default worker

/** Runs the contract cases inside workerd: a Worker with a bucket, and one Durable Object per local-store case. */
import type {
  DurableObjectNamespace,
  DurableObjectState,
  R2Bucket,
} from '@cloudflare/workers-types'
import { DurableSqlDatabase } from '../../../src/storage/platform/durable-sql-database.ts'
import { R2ObjectStore } from '../../../src/storage/platform/r2-object-store.ts'
import { SqliteLocalStore } from '../../../src/storage/platform/sqlite-local-store.ts'
import { runCases } from '../contract/contract-case.ts'
import { LOCAL_STORE_CASES } from '../contract/local-store-contract.ts'
import { OBJECT_STORE_CASES } from '../contract/object-store-contract.ts'

interface Environment {
  readonly BUCKET: R2Bucket
  readonly LOCAL: DurableObjectNamespace
}

export class ContractObject {
  readonly #state: DurableObjectState

  constructor(state: DurableObjectState) {
    this.#state = state
  }

  async fetch(request: Request): Promise<Response> {
    const index = Number(new URL(request.url).pathname.slice(1))
    const store = new SqliteLocalStore(new DurableSqlDatabase(this.#state.storage))
    return Response.json(await runCases(LOCAL_STORE_CASES.slice(index, index + 1), () => store))
  }
}

const worker = {
  async fetch(_request: Request, environment: Environment): Promise<Response> {
    const store = new R2ObjectStore(environment.BUCKET)
    const subjectFor = (index: number) => ({ store, prefix: `case-${index}/` })
    const failures = await runCases(OBJECT_STORE_CASES, subjectFor)
    for (const index of LOCAL_STORE_CASES.keys()) {
      const object = environment.LOCAL.get(environment.LOCAL.idFromName(String(index)))
      const response = await object.fetch(`http://local/${index}`)
      failures.push(...((await response.json()) as string[]))
    }
    return Response.json(failures)
  },
}
// oxlint-disable-next-line import/no-default-export -- how workerd finds a Worker
export default worker

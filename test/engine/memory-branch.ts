/** A whole branch in plain Node, in memory: the engine that the Worker runs, without the Worker. */
import '../../src/sql/parse/libpg-query/load-in-node.ts'
import { Branch } from '../../src/durable/branch.ts'
import type { BranchDatabase } from '../../src/durable/branch-database.ts'
import type { Session } from '../../src/sql/session/session.ts'
import { CollectedResults } from '../../src/sql/session/result/statement-result.ts'
import type { StatementResult } from '../../src/sql/session/result/statement-result.ts'
import { SystemClock } from '../../src/storage/platform/clock.ts'
import { MemoryLocalStore } from '../../src/storage/platform/memory/memory-local-store.ts'
import { MemoryObjectStore } from '../../src/storage/platform/memory/memory-object-store.ts'
import { SeededRandom } from '../../src/storage/platform/memory/seeded-random.ts'
import type { StoragePlatform } from '../../src/storage/platform/storage-platform.ts'

export function memoryPlatform(seed = 1): StoragePlatform {
  return {
    objects: new MemoryObjectStore(),
    local: new MemoryLocalStore(),
    clock: new SystemClock(),
    random: new SeededRandom(seed),
  }
}

export function openMemoryBranch(platform: StoragePlatform = memoryPlatform()): Promise<Branch> {
  return Branch.open(platform, {
    databaseName: 'lakelet',
    superuser: 'lakelet',
    storage: { prefix: 'local/main/' },
  })
}

/** One client of a branch, with everything as text. */
export class TestClient {
  readonly branch: Branch
  readonly database: BranchDatabase
  readonly session: Session

  constructor(branch: Branch, user = 'lakelet', database = branch.main) {
    this.branch = branch
    this.database = database
    this.session = database.newSession({ user })
  }

  /** A session in a database of the branch. */
  static async in(branch: Branch, database: string, user = 'lakelet'): Promise<TestClient> {
    return new TestClient(branch, user, await branch.databases.named(database))
  }

  /** As a client that goes away. */
  async leave(): Promise<void> {
    await this.database.run(this.session.end())
  }

  /** One statement with parameters. */
  async query(text: string, parameters: readonly (string | null)[] = []): Promise<StatementResult> {
    const results = new CollectedResults()
    await this.branch.run(this.session.execute(text, parameters, results))
    return results.results[0]!
  }

  /** A script of statements. */
  async script(text: string): Promise<readonly StatementResult[]> {
    const results = new CollectedResults()
    await this.branch.run(this.session.executeScript(text, results))
    return results.results
  }

  /** The rows alone. */
  async rows(
    text: string,
    parameters: readonly (string | null)[] = [],
  ): Promise<readonly (readonly (string | null)[])[]> {
    return (await this.query(text, parameters)).rows
  }
}

export async function openTestClient(): Promise<TestClient> {
  return new TestClient(await openMemoryBranch())
}

/**
 * The whole engine through many lives, each ended by a crash at a seeded step of its storage: SQL sessions interleave over
 * stores that fail, stall and lose what was not synced. Every seed replays exactly.
 */
import { Branch } from '../../src/durable/branch.ts'
import { ManualClock } from '../../src/storage/platform/memory/manual-clock.ts'
import { MemoryLocalStore } from '../../src/storage/platform/memory/memory-local-store.ts'
import { MemoryObjectStore } from '../../src/storage/platform/memory/memory-object-store.ts'
import { SeededRandom } from '../../src/storage/platform/memory/seeded-random.ts'
import { TestClient } from '../engine/memory-branch.ts'
import {
  CrashError,
  CrashSchedule,
  TransientError,
} from '../storage-store/faults/crash-schedule.ts'
import { CrashingLocalStore } from '../storage-store/faults/crashing-local-store.ts'
import { FaultyObjectStore } from '../storage-store/faults/faulty-object-store.ts'
import type { PlantedBug } from '../storage-store/simulation/simulate.ts'
import { DatabaseClient, DatabaseLedger, verifyDatabases } from './database-client.ts'
import { Ledger } from './ledger.ts'
import { SET_UP, SqlClient } from './sql-client.ts'
import { verifyBranch } from './verify-branch.ts'

export interface EngineBug extends PlantedBug {
  branch?(branch: Branch): void
}

export interface EngineSimulation {
  readonly seed: number
  readonly lives: number
  readonly bug?: EngineBug
}

/** Everything is small, so that caches evict, checkpoints are due and transactions spill all the time. */
const STORAGE = {
  prefix: 'project/branch/',
  memoryCacheBytes: 150_000,
  localCacheBytes: 100_000,
  tailLimitBytes: 12_000,
  dirtyLimitBytes: 300_000,
  layerTargetBytes: 30_000,
  transactionLimitBytes: 30_000,
}
const OBJECT_LOSS_RATE = 0.06
const ROUNDS = 12
const DATABASES_EVERY = 4

interface World {
  readonly random: SeededRandom
  readonly bucket: MemoryObjectStore
  readonly disk: MemoryLocalStore
  readonly ledger: Ledger
  /** In some seeds there are several databases. */
  readonly databases: DatabaseLedger | undefined
  readonly schedule: CrashSchedule
  readonly bug: EngineBug | undefined
}

/** Returns how many crashes there were and how many transfers were acknowledged. */
export async function simulateEngine({ seed, lives, bug }: EngineSimulation) {
  const random = new SeededRandom(seed)
  const bucket = new MemoryObjectStore()
  const ledger = new Ledger()
  const databases = seed % DATABASES_EVERY === 0 ? new DatabaseLedger() : undefined
  let disk = new MemoryLocalStore()
  let crashes = 0
  for (let life = 0; life < lives; life++) {
    if (random.next() < OBJECT_LOSS_RATE && ledger.inBucket.size > 0) {
      disk = new MemoryLocalStore()
      ledger.loseLocalStore()
      databases?.loseLocalStore()
    }
    const steps = random.next() < 0.3 ? random.below(15) : random.below(120)
    const schedule = new CrashSchedule(random, steps, random.next() < 0.3 ? 0.05 : 0)
    if (await oneLife({ random, bucket, disk, ledger, databases, schedule, bug })) crashes++
  }
  return { crashes, transfers: ledger.acknowledged.size }
}

async function oneLife(world: World): Promise<boolean> {
  const { schedule, random, bug } = world
  const local = new CrashingLocalStore(world.disk, schedule)
  const objects = new FaultyObjectStore(world.bucket, schedule)
  const platform = {
    local: bug?.local?.(local) ?? local,
    objects: bug?.objects?.(objects, schedule) ?? objects,
    clock: new ManualClock(),
    random,
  }
  try {
    const branch = await Branch.open(platform, {
      databaseName: 'lakelet',
      superuser: 'lakelet',
      storage: STORAGE,
    })
    bug?.branch?.(branch)
    await live(branch, world)
  } catch (error) {
    if (!schedule.isDead && !(error instanceof CrashError) && !(error instanceof TransientError))
      throw error
  }
  const died = schedule.isDead
  local.crash()
  return died
}

async function live(branch: Branch, world: World): Promise<void> {
  const { ledger, databases, random, schedule } = world
  ledger.beginLife()
  const isSetUp = await verifyBranch(branch, ledger)
  if (databases !== undefined) await verifyDatabases(branch, databases)
  if (!isSetUp) await new TestClient(branch).script(SET_UP)
  const work = Array.from({ length: 1 + random.below(3) }, () =>
    serve(new SqlClient(branch, ledger, random)),
  )
  if (databases !== undefined) work.push(serveDatabases(branch, databases, random))
  work.push(checkpoints(branch, world))
  const results = await Promise.allSettled(work)
  for (const result of results) {
    if (result.status === 'rejected' && !schedule.isDead) throw result.reason
  }
  if (schedule.isDead) return
  await verifyBranch(branch, ledger)
  if (databases !== undefined) await verifyDatabases(branch, databases)
}

async function serve(client: SqlClient): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    try {
      await client.act()
    } catch (error) {
      if (!(error instanceof TransientError)) throw error
    }
  }
}

async function serveDatabases(
  branch: Branch,
  databases: DatabaseLedger,
  random: SeededRandom,
): Promise<void> {
  const client = new DatabaseClient(branch, databases, random)
  for (let round = 0; round < ROUNDS; round++) {
    try {
      await client.act()
    } catch (error) {
      if (!(error instanceof TransientError)) throw error
      // Whether it has happened is not known.
      await untilDone(() => verifyDatabases(branch, databases))
    }
  }
}

async function untilDone(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof TransientError)) throw error
    }
  }
}

async function checkpoints(branch: Branch, { ledger, databases, random }: World): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    for (let turn = random.below(40); turn > 0; turn--) await Promise.resolve()
    if (!branch.store.needsCheckpoint && random.next() < 0.6) continue
    const before = new Set(ledger.acknowledged)
    const checkpointed = databases?.checkpoint()
    try {
      await branch.store.checkpoint()
      ledger.inBucket = before
      checkpointed?.()
    } catch (error) {
      if (!(error instanceof TransientError)) throw error
    }
  }
}

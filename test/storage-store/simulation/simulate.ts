/**
 * Runs a branch through many lives, each ended by a crash at a seeded step. Every seed replays exactly.
 */
import { ManualClock } from '../../../src/storage/platform/memory/manual-clock.ts'
import { MemoryLocalStore } from '../../../src/storage/platform/memory/memory-local-store.ts'
import { MemoryObjectStore } from '../../../src/storage/platform/memory/memory-object-store.ts'
import { SeededRandom } from '../../../src/storage/platform/memory/seeded-random.ts'
import type { LocalStore } from '../../../src/storage/platform/local-store.ts'
import { listAll, type ObjectStore } from '../../../src/storage/platform/object-store.ts'
import type { StoreOptions } from '../../../src/storage/store/store-options.ts'
import { CrashError, CrashSchedule } from '../faults/crash-schedule.ts'
import { CrashingLocalStore } from '../faults/crashing-local-store.ts'
import { FaultyObjectStore } from '../faults/faulty-object-store.ts'
import { JSON_DATUM_CODEC } from '../json-datum-codec.ts'
import { BranchLife, Model } from './branch-life.ts'

/** A bug planted below the store, to see that the simulation would notice. */
export interface PlantedBug {
  local?(inner: LocalStore): LocalStore
  objects?(inner: ObjectStore, schedule: CrashSchedule): ObjectStore
}

export interface SimulationOptions {
  readonly seed: number
  readonly lives: number
  readonly bug?: PlantedBug
}

export interface SimulationResult {
  readonly crashes: number
  readonly commits: number
  readonly checkpoints: number
  /** Parts of write sets that left memory before their commit. */
  readonly pieces: number
}

/** Everything is small, so that caches evict, checkpoints are due and transactions spill all the time. */
const OPTIONS: StoreOptions = {
  prefix: 'project/branch/',
  codec: JSON_DATUM_CODEC,
  memoryCacheBytes: 60_000,
  localCacheBytes: 40_000,
  tailLimitBytes: 4_000,
  dirtyLimitBytes: 200_000,
  layerTargetBytes: 20_000,
  transactionLimitBytes: 12_000,
}
const ACCOUNTS = 60
/** Some seeds have trees of several levels. */
const MANY_ACCOUNTS = 1500
const MANY_EVERY = 15
const OBJECT_LOSS_RATE = 0.04

export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const random = new SeededRandom(options.seed)
  const bucket = new MemoryObjectStore()
  const model = new Model()
  let disk = new MemoryLocalStore()
  let crashes = 0
  let commits = 0
  for (let life = 0; life < options.lives; life++) {
    const steps = random.next() < 0.2 ? random.below(12) : random.below(80)
    const schedule = new CrashSchedule(random, steps, random.next() < 0.3 ? 0.05 : 0)
    if (random.next() < OBJECT_LOSS_RATE && model.inBucket > 0) {
      disk = new MemoryLocalStore()
      model.acknowledged = model.inBucket
      model.sequence = 0
    }
    const before = model.lsn
    crashes += (await oneLife(options, { random, bucket, model, disk, schedule })) ? 1 : 0
    commits += Math.max(0, model.lsn - before)
  }
  const checkpoints = (await listAll(bucket, 'project/branch/manifest/')).length
  const pieces = (await listAll(bucket, 'project/branch/piece/')).length
  return { crashes, commits, checkpoints, pieces }
}

interface World {
  readonly random: SeededRandom
  readonly bucket: MemoryObjectStore
  readonly disk: MemoryLocalStore
  readonly model: Model
  readonly schedule: CrashSchedule
}

/** True when the machine died before all was done. */
async function oneLife(options: SimulationOptions, world: World): Promise<boolean> {
  const { schedule, random, model } = world
  const { bug } = options
  const local = new CrashingLocalStore(world.disk, schedule)
  const objects = new FaultyObjectStore(world.bucket, schedule)
  const platform = {
    local: bug?.local?.(local) ?? local,
    objects: bug?.objects?.(objects, schedule) ?? objects,
    clock: new ManualClock(),
    random,
  }
  const isDead = (): boolean => schedule.isDead
  try {
    const life = await BranchLife.begin(platform, OPTIONS, model, random, isDead)
    await life.openBank(options.seed % MANY_EVERY === 0 ? MANY_ACCOUNTS : ACCOUNTS)
    await life.live(1 + random.below(3), 12)
    if (!isDead()) await life.verify(model.acknowledged)
  } catch (error) {
    if (!isDead() && !(error instanceof CrashError)) throw error
  }
  const died = isDead()
  local.crash()
  return died
}

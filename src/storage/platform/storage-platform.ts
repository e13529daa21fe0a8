/** Everything the storage engine needs from the world outside. */
import type { Clock } from './clock.ts'
import type { LocalStore } from './local-store.ts'
import type { ObjectStore } from './object-store.ts'
import type { Random } from './random.ts'

export interface StoragePlatform {
  /** The bucket, shared by all branches of a project. */
  readonly objects: ObjectStore
  /** This branch's own storage. */
  readonly local: LocalStore
  readonly clock: Clock
  readonly random: Random
}

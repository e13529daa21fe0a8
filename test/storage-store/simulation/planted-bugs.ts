/**
 * Bugs to plant below the store. Each breaks one promise that the order of steps in a commit or a checkpoint rests
 * on; a simulation that does not notice them proves nothing.
 */
import type { LocalStore, LogRow } from '../../../src/storage/platform/local-store.ts'
import type { ObjectStore } from '../../../src/storage/platform/object-store.ts'
import type { CrashSchedule } from '../faults/crash-schedule.ts'
import type { PlantedBug } from './simulate.ts'

/** Overrides some methods and forwards the others with the right `this`. */
function overriding<T extends object>(inner: T, overrides: Partial<T>): T {
  return new Proxy(inner, {
    get(target, name) {
      if (Object.hasOwn(overrides, name)) return Reflect.get(overrides, name)
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** A commit is acknowledged before its record is durable. */
function acknowledgedBeforeAppend(inner: LocalStore): LocalStore {
  return overriding(inner, { sync: () => Promise.resolve() })
}

/** A commit's record reaches the log some turns after the state became visible. */
function lateAppend(inner: LocalStore): LocalStore {
  const waiting: LogRow[] = []
  const flush = (): void => {
    for (const row of waiting.splice(0)) inner.appendLog(row)
  }
  return overriding(inner, {
    appendLog(row) {
      waiting.push({ ...row, bytes: row.bytes.slice() })
      if (waiting.length > 3) flush()
    },
    readLog(after) {
      flush()
      return inner.readLog(after)
    },
  })
}

/** The log is trimmed first; the manifest that allows it comes a few turns later. */
function trimBeforeManifest(inner: LocalStore): LocalStore {
  return overriding(inner, {
    putValue(key, bytes) {
      const copy = bytes.slice()
      void Promise.resolve()
        .then(() => undefined)
        .then(() => inner.putValue(key, copy))
        .catch(() => undefined)
    },
  })
}

/** The bucket says that an object is there when it is still on its way. */
function late(kind: string, inner: ObjectStore, schedule: CrashSchedule): ObjectStore {
  return overriding(inner, {
    async put(key, bytes) {
      if (!key.includes(kind) || schedule.random.next() < 0.5) return inner.put(key, bytes)
      const copy = bytes.slice()
      void (async () => {
        for (let turn = 0; turn < 40; turn++) await Promise.resolve()
        await inner.put(key, copy)
      })().catch(() => undefined)
      return undefined
    },
  })
}

/** Some manifests never reach the bucket. */
function lostManifest(inner: ObjectStore): ObjectStore {
  return overriding(inner, {
    async put(key, bytes) {
      return key.includes('/manifest/') && bytes.length % 3 === 0
        ? undefined
        : inner.put(key, bytes)
    },
  })
}

export const PLANTED_BUGS: Readonly<Record<string, PlantedBug>> = {
  'acknowledged before the append is durable': { local: acknowledgedBeforeAppend },
  'log record appended turns after the commit': { local: lateAppend },
  'log trimmed before the manifest': { local: trimBeforeManifest },
  'layer counted as durable too early': {
    objects: (inner, schedule) => late('/layer/', inner, schedule),
  },
  'part of a write set counted as durable too early': {
    objects: (inner, schedule) => late('/piece/', inner, schedule),
  },
  'log segment counted as durable too early': {
    objects: (inner, schedule) => late('/log/', inner, schedule),
  },
  'manifest missing in the bucket': { objects: lostManifest },
}

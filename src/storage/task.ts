/**
 * How the synchronous engine waits. Nothing below `durable/` is async: what needs a page, a lock or
 * merely a rest *yields* it upwards, and the driver loop of the branch awaits it and resumes.
 *
 * Rule: whoever resumes a suspended generator promises only that it is worth trying again. A page that was
 * asked for may be evicted already, so the asker looks again and, if need be, yields again.
 */
import type { Batch } from './vector.ts'
import type { PageAddress } from './page/page-address.ts'

export type Suspension =
  /** Pages that are neither in memory nor in the local store; the driver fetches them from the object store. */
  | {
      readonly kind: 'pages'
      readonly addresses: readonly PageAddress[]
      /** Near is enough: whoever asks reads them by `PageSource.readOnce`. */
      readonly isPassing?: boolean
    }
  /** Let others run: yielded every so many batches by long operators. */
  | { readonly kind: 'pause' }
  /** Until `until` settles: a spill being written. */
  | { readonly kind: 'wait'; readonly until: Promise<void> }
  /**
   * Until `until` settles, or the session is interrupted: for a lock, for time to pass, for the client. Whoever asked looks
   * again whether it may go on.
   */
  | { readonly kind: 'blocked'; readonly until: Promise<void> }

/** A computation that may suspend and in the end returns `T`. Call it with `yield*`. */
export type Task<T> = Generator<Suspension, T, void>

/** What an operator is: batches of rows, with suspensions in between that the consumer passes upwards. */
export type BatchStream = Generator<Batch | Suspension, void, void>

export const PAUSE: Suspension = { kind: 'pause' }

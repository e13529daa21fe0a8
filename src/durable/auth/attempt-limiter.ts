/**
 * How often somebody may try passwords. Each wrong one takes a token from the buckets of its role, of its address, and of both
 * together. An empty bucket refuses an attempt before the password is looked at; what was under way by then goes on, and what it
 * takes beyond the last token has to be paid back first.
 *
 * Many wrong passwords from elsewhere must not lock a role's owner out: an address that has known the role's password before does
 * not ask the role's own bucket. Buckets live as long as the object is awake; it sleeps only when nobody has tried for ten seconds.
 */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'

/** Who tries. */
export interface Attempt {
  readonly role: string
  /** undefined where it is not known. */
  readonly address: string | undefined
}

interface Rule {
  readonly capacity: number
  /** A token comes back in this time. */
  readonly refillMs: number
}

interface Bucket {
  tokens: number
  /** When `tokens` was right. */
  timeMs: number
}

const ROLE_AND_ADDRESS: Rule = { capacity: 20, refillMs: 3_000 }
const ADDRESS: Rule = { capacity: 100, refillMs: 1_000 }
const ROLE: Rule = { capacity: 200, refillMs: 1_000 }
/** Buckets, and pairs of role and address that are known; beyond it the oldest are forgotten. */
const ENTRIES_MAX = 10_000

export class AttemptLimiter {
  readonly #buckets = new Map<string, Bucket>()
  readonly #known = new Set<string>()

  /** Raises 28000 when there have been too many wrong passwords. */
  admit(attempt: Attempt, nowMs: number): void {
    for (const [key, rule] of this.#rulesFor(attempt)) {
      const waitMs = waitFor(this.#bucket(key, rule, nowMs), rule)
      if (waitMs > 0) throw tooManyAttempts(attempt.role, waitMs)
    }
  }

  /** The password was wrong. */
  failed(attempt: Attempt, nowMs: number): void {
    for (const [key, rule] of this.#rulesFor(attempt)) {
      const bucket = this.#bucket(key, rule, nowMs)
      bucket.tokens = Math.max(-rule.capacity, bucket.tokens - 1)
    }
  }

  /** The password was right. */
  succeeded(attempt: Attempt): void {
    if (attempt.address === undefined) return
    if (this.#known.size >= ENTRIES_MAX) this.#known.clear()
    this.#known.add(pair(attempt))
  }

  #rulesFor(attempt: Attempt): readonly (readonly [key: string, rule: Rule])[] {
    const { role, address } = attempt
    const ofRole = [`role ${role}`, ROLE] as const
    if (address === undefined) return [ofRole]
    const ofAddress = [
      [`pair ${pair(attempt)}`, ROLE_AND_ADDRESS],
      [`address ${address}`, ADDRESS],
    ] as const
    return this.#known.has(pair(attempt)) ? ofAddress : [ofRole, ...ofAddress]
  }

  /** As full as it is now. */
  #bucket(key: string, { capacity, refillMs }: Rule, nowMs: number): Bucket {
    const found = this.#buckets.get(key)
    if (found === undefined) return this.#add(key, { tokens: capacity, timeMs: nowMs })
    found.tokens = Math.min(capacity, found.tokens + (nowMs - found.timeMs) / refillMs)
    found.timeMs = nowMs
    return found
  }

  #add(key: string, bucket: Bucket): Bucket {
    if (this.#buckets.size >= ENTRIES_MAX) {
      const [oldest = ''] = this.#buckets.keys()
      this.#buckets.delete(oldest)
    }
    this.#buckets.set(key, bucket)
    return bucket
  }
}

/** Milliseconds until there is a token. */
function waitFor({ tokens }: Bucket, { refillMs }: Rule): number {
  return tokens >= 1 ? 0 : Math.ceil((1 - tokens) * refillMs)
}

/** No role's name ends within another's: an address holds no space. */
function pair({ role, address = '' }: Attempt): string {
  return `${address} ${role}`
}

function tooManyAttempts(role: string, waitMs: number): TooManyAttempts {
  return new TooManyAttempts(
    SQLSTATE.INVALID_AUTHORIZATION_SPECIFICATION,
    `too many failed authentication attempts for role "${role}"`,
    { hint: `Try again in ${Math.ceil(waitMs / 1000)} seconds.` },
  )
}

/** Told apart where HTTP has a status of its own for it. */
export class TooManyAttempts extends SqlError {}

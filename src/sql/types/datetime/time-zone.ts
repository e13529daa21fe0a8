/**
 * Time zones: offset from UTC at an instant, and the instant of a local time. Named zones come from the platform's
 * own zone data (Intl); the offsets of a stretch of time are found once and kept. Seconds are Unix seconds, offsets
 * are seconds *east* of UTC (PostgreSQL's C code counts west).
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { parsePosixZone } from './posix-zone.ts'

export interface ZoneOffset {
  readonly offset: number
  readonly isDaylight: boolean
  readonly abbreviation: string
}

export interface TimeZone {
  readonly name: string
  /** Set when the zone never changes. */
  readonly fixed: ZoneOffset | undefined
  offsetAt(unixSeconds: number): ZoneOffset
}

export function fixedZone(name: string, offset: number, abbreviation: string): TimeZone {
  const fixed = { offset, isDaylight: false, abbreviation }
  return { name, fixed, offsetAt: () => fixed }
}

export const UTC = fixedZone('UTC', 0, 'UTC')

/** "+09", "-03:30", as PostgreSQL abbreviates zones without letters. */
export function numericAbbreviation(offset: number): string {
  const absolute = Math.abs(offset)
  const hours = String(Math.floor(absolute / 3600)).padStart(2, '0')
  const minutes = Math.floor(absolute / 60) % 60
  const text = minutes === 0 ? hours : `${hours}${String(minutes).padStart(2, '0')}`
  return (offset < 0 ? '-' : '+') + text
}

/** Length of the stretches whose transitions are found together, and how finely they are sampled. */
const BUCKET_SECONDS = 32 * 1024 * 1024
const SAMPLE_SECONDS = BUCKET_SECONDS / 16
/** The Gregorian calendar, and every zone's rule for the future, repeats after this. */
const CYCLE_SECONDS = 146097 * 86400
const FAR_FUTURE_SECONDS = 7_000_000_000_000
/** The locales of CLDR that know their own region's abbreviations. */
const ABBREVIATION_LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-CA']
/** What CLDR has no English abbreviation for, but the zone database has: standard, daylight. */
const OTHER_ABBREVIATIONS: Readonly<Record<string, readonly [string, string]>> = {
  'Asia/Tokyo': ['JST', 'JDT'],
  Japan: ['JST', 'JDT'],
  'Asia/Seoul': ['KST', 'KDT'],
  'Asia/Shanghai': ['CST', 'CDT'],
  'Asia/Hong_Kong': ['HKT', 'HKST'],
  'Asia/Taipei': ['CST', 'CDT'],
  'Asia/Manila': ['PST', 'PDT'],
  'Asia/Jerusalem': ['IST', 'IDT'],
  'Asia/Karachi': ['PKT', 'PKST'],
  'Asia/Jakarta': ['WIB', 'WIB'],
  'Europe/Moscow': ['MSK', 'MSD'],
  'Africa/Johannesburg': ['SAST', 'SAST'],
  'Africa/Nairobi': ['EAT', 'EAT'],
  'Africa/Lagos': ['WAT', 'WAT'],
  'Africa/Cairo': ['EET', 'EEST'],
  'Pacific/Auckland': ['NZST', 'NZDT'],
  'Pacific/Honolulu': ['HST', 'HDT'],
}

interface Transition {
  readonly at: number
  readonly offset: ZoneOffset
}

class NamedZone implements TimeZone {
  readonly name: string
  readonly fixed = undefined
  readonly #format: Intl.DateTimeFormat
  readonly #buckets = new Map<number, readonly Transition[]>()

  constructor(name: string) {
    this.name = name
    this.#format = new Intl.DateTimeFormat('en-US-u-ca-gregory', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  }

  offsetAt(unixSeconds: number): ZoneOffset {
    const seconds =
      unixSeconds > FAR_FUTURE_SECONDS
        ? unixSeconds -
          Math.ceil((unixSeconds - FAR_FUTURE_SECONDS) / CYCLE_SECONDS) * CYCLE_SECONDS
        : unixSeconds
    const bucket = Math.floor(seconds / BUCKET_SECONDS)
    let transitions = this.#buckets.get(bucket)
    if (transitions === undefined) {
      transitions = this.#findTransitions(bucket * BUCKET_SECONDS)
      this.#buckets.set(bucket, transitions)
    }
    for (let i = transitions.length - 1; i > 0; i--) {
      const transition = transitions[i]! // i is in range
      if (transition.at <= seconds) return transition.offset
    }
    return transitions[0]!.offset // a bucket has at least the offset it begins with
  }

  #findTransitions(start: number): readonly Transition[] {
    const offsets: { at: number; seconds: number }[] = [
      { at: start, seconds: this.#measure(start) },
    ]
    let previous = offsets[0]!.seconds // just made
    for (let at = start; at < start + BUCKET_SECONDS; at += SAMPLE_SECONDS) {
      const next = this.#measure(at + SAMPLE_SECONDS - 1)
      if (next !== previous) {
        offsets.push({ at: this.#bisect(at - 1, at + SAMPLE_SECONDS - 1, previous), seconds: next })
      }
      previous = next
    }
    const standard = this.#standardOffset(start)
    return offsets.map(({ at, seconds }) => ({
      at,
      offset: this.#describe(at, seconds, seconds > standard),
    }))
  }

  /** The least offset of the year is standard time; daylight time lies above it. */
  #standardOffset(start: number): number {
    let least = Infinity
    for (let quarter = -2; quarter <= 6; quarter++) {
      least = Math.min(least, this.#measure(start + (quarter * BUCKET_SECONDS) / 4))
    }
    return least
  }

  /** First second after `low` whose offset is not `before`. */
  #bisect(low: number, high: number, before: number): number {
    let unchanged = low
    let changed = high
    while (changed - unchanged > 1) {
      const middle = Math.floor((unchanged + changed) / 2)
      if (this.#measure(middle) === before) unchanged = middle
      else changed = middle
    }
    return changed
  }

  #measure(unixSeconds: number): number {
    const fields: Record<string, number> = {}
    let isBeforeChrist = false
    for (const { type, value } of this.#format.formatToParts(unixSeconds * 1000)) {
      if (type === 'era') isBeforeChrist = value.startsWith('B')
      else if (type !== 'literal') fields[type] = Number(value)
    }
    const field = (name: string): number => fields[name] ?? 0
    const local = new Date(0)
    const year = isBeforeChrist ? 1 - field('year') : field('year')
    local.setUTCFullYear(year, field('month') - 1, field('day'))
    local.setUTCHours(field('hour'), field('minute'), field('second'))
    return Math.round(local.getTime() / 1000) - unixSeconds
  }

  #describe(at: number, offset: number, isDaylight: boolean): ZoneOffset {
    const known = OTHER_ABBREVIATIONS[this.name]
    const abbreviation =
      offset % 60 !== 0
        ? 'LMT'
        : (known?.[isDaylight ? 1 : 0] ?? this.#abbreviate(at) ?? numericAbbreviation(offset))
    return { offset, isDaylight, abbreviation }
  }

  #abbreviate(at: number): string | undefined {
    for (const locale of ABBREVIATION_LOCALES) {
      const format = new Intl.DateTimeFormat(locale, { timeZone: this.name, timeZoneName: 'short' })
      const part = format.formatToParts(at * 1000).find(({ type }) => type === 'timeZoneName')
      if (part !== undefined && /^[A-Z]{3,5}$/.test(part.value)) {
        return this.name.startsWith('Etc/') || part.value !== 'UTC' ? part.value : this.name
      }
    }
    return undefined
  }
}

const zones = new Map<string, TimeZone | undefined>([['utc', UTC]])
/** Zone names are user input: the cache forgets everything when it grows past this. */
const MAX_CACHED_ZONES = 2000

/** A zone by its full name (any case) or a POSIX specification; undefined if there is none. */
export function findTimeZone(name: string): TimeZone | undefined {
  const key = name.toLowerCase()
  if (zones.has(key)) return zones.get(key)
  if (zones.size > MAX_CACHED_ZONES) zones.clear()
  const zone = createZone(name)
  zones.set(key, zone)
  return zone
}

function createZone(name: string): TimeZone | undefined {
  const lower = name.toLowerCase()
  if (lower === 'utc' || lower === 'gmt' || lower === 'zulu' || lower === 'uct') {
    const canonical = lower === 'gmt' ? 'GMT' : 'UTC'
    return fixedZone(canonical, 0, canonical)
  }
  const etc = /^etc\/gmt([+-])(\d{1,2})$/i.exec(name)
  if (etc !== null && Number(etc[2]) <= 14) {
    const offset = (etc[1] === '+' ? -3600 : 3600) * Number(etc[2])
    return fixedZone(`Etc/GMT${etc[1]}${etc[2]}`, offset, numericAbbreviation(offset))
  }
  // Intl takes "+05:30" for a zone's name, PostgreSQL does not
  if (/^[a-z]/i.test(name)) {
    try {
      const spelled = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions()
        .timeZone
      return new NamedZone(spelled.toLowerCase() === lower ? spelled : capitalise(name))
    } catch {
      // not a zone of the platform: perhaps a POSIX specification
    }
  }
  return parsePosixZone(name)
}

/** Zone names as the zone database writes them; aliases are resolved away by Intl, so their case is restored here. */
function capitalise(name: string): string {
  if (!name.includes('/') && name.length <= 4) return name.toUpperCase()
  if (/^[a-z]{3}\d[a-z]{3}$/i.test(name)) return name.toUpperCase()
  return name
    .toLowerCase()
    .replace(
      /(^|[/_-])([a-z])/g,
      (_all, before: string, letter: string) => before + letter.toUpperCase(),
    )
}

export function timeZoneNamed(name: string): TimeZone {
  const zone = findTimeZone(name)
  if (zone !== undefined) return zone
  throw new SqlError('22023', `time zone "${name}" not recognized`)
}

/**
 * Offset of a local time. One that a transition skips is taken to be before it, one that comes twice after it: both
 * times standard time, as PostgreSQL has it.
 */
export function offsetOfLocal(zone: TimeZone, localSeconds: number): ZoneOffset {
  if (zone.fixed !== undefined) return zone.fixed
  const before = zone.offsetAt(localSeconds - 86400)
  const after = zone.offsetAt(localSeconds + 86400)
  if (before.offset === after.offset) {
    const guess = zone.offsetAt(localSeconds - before.offset)
    return guess.offset === before.offset ? guess : before
  }
  const holdsAfter = zone.offsetAt(localSeconds - after.offset)
  if (holdsAfter.offset === after.offset) return holdsAfter
  return before
}

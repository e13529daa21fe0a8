/** Collects the quantities of an interval literal; fractions spill into the smaller fields as PostgreSQL has it. */
import type { Interval } from '../../value-classes.ts'
import { MICROS_PER_DAY } from '../calendar.ts'
import { UNIT_MICROS } from '../datetime-unit.ts'
import type { DateTimeUnit } from '../datetime-unit.ts'
import { fault } from './datetime-fields.ts'
import { intervalOutOfRange, roundHalfEven, tryAnyInterval } from '../interval-value.ts'

const MONTHS: Partial<Record<DateTimeUnit, number>> = {
  month: 1,
  quarter: 3,
  year: 12,
  decade: 120,
  century: 1200,
  millennium: 12000,
}

/** Every field of a literal has 32 bits, except the time. */
function checkInt32(value: number): number {
  return value > 2147483647 || value < -2147483648 ? fault('field overflow') : value
}

export class IntervalAccumulator {
  #years = 0
  #months = 0
  #days = 0
  #micros = 0n

  /** `whole` and `fraction` (of the same sign) of a unit. */
  add(unit: DateTimeUnit, whole: bigint, fraction: number): void {
    const micros = UNIT_MICROS[unit]
    if (micros !== undefined) {
      this.#micros += whole * BigInt(micros)
      this.#addFractionMicros(fraction * micros)
      return
    }
    const months = MONTHS[unit]
    if (months === undefined) {
      const perUnit = unit === 'week' ? 7 : 1
      this.#days = checkInt32(this.#days + Number(whole) * perUnit)
      this.#addFractionDays(fraction * perUnit)
    } else {
      if (months < 12) this.#months = checkInt32(this.#months + Number(whole) * months)
      else this.#years = checkInt32(this.#years + (Number(whole) * months) / 12)
      if (unit === 'month') this.#addFractionDays(fraction * 30)
      else this.#months = checkInt32(this.#months + roundHalfEven(fraction * months))
    }
  }

  addMicros(micros: number | bigint): void {
    this.#micros += BigInt(micros)
  }

  negate(): void {
    this.#years = checkInt32(0 - this.#years)
    this.#months = checkInt32(0 - this.#months)
    this.#days = checkInt32(0 - this.#days)
    this.#micros = -this.#micros
  }

  finish(): Interval {
    if (BigInt.asIntN(64, this.#micros) !== this.#micros) fault('field overflow')
    const months = this.#years * 12 + this.#months
    // Here, other than in arithmetic, the extremes of all fields may spell an infinity.
    return tryAnyInterval(months, this.#days, this.#micros) ?? intervalOutOfRange()
  }

  #addFractionDays(days: number): void {
    const whole = Math.trunc(days)
    this.#days = checkInt32(this.#days + whole)
    this.#addFractionMicros((days - whole) * MICROS_PER_DAY)
  }

  #addFractionMicros(micros: number): void {
    const whole = Math.trunc(micros)
    const rest = micros - whole
    this.#micros += BigInt(rest > 0.5 ? whole + 1 : rest < -0.5 ? whole - 1 : whole)
  }
}

const UNIT_WORDS = new Map<string, DateTimeUnit>()
for (const [unit, words] of Object.entries({
  microsecond: 'us usec usecs usecond useconds microsecon microsecond microseconds',
  millisecond: 'ms msec msecs mseconds msecond millisecon millisecond milliseconds',
  second: 's sec secs second seconds',
  minute: 'm min mins minute minutes',
  hour: 'h hr hrs hour hours',
  day: 'd day days',
  week: 'w week weeks',
  month: 'mon mons month months',
  quarter: 'qtr quarter',
  year: 'y yr yrs year years',
  decade: 'dec decs decade decades',
  century: 'c cent century centuries',
  millennium: 'mil mils millennia millennium',
} satisfies Record<DateTimeUnit, string>)) {
  for (const word of words.split(' ')) UNIT_WORDS.set(word, unit as DateTimeUnit) // a key of the record
}

/** A unit by any of its spellings, in lower case. Words are compared by their first ten letters. */
export function findIntervalUnit(word: string): DateTimeUnit | undefined {
  const known = UNIT_WORDS.get(word)
  if (known !== undefined || word.length <= 10) return known
  const head = word.slice(0, 10)
  for (const [name, unit] of UNIT_WORDS) if (name.slice(0, 10) === head) return unit
  return undefined
}

/** ISO 8601 durations: "P1Y2M3W4DT5H6M7.8S", and the alternative "P0001-02-03T04:05:06". */
import type { Interval } from '../../value-classes.ts'
import { fault } from './datetime-fields.ts'
import { IntervalAccumulator } from './interval-accumulator.ts'
import type { DateTimeUnit } from '../datetime-unit.ts'

const DATE_UNITS: Readonly<Record<string, DateTimeUnit>> = {
  Y: 'year',
  M: 'month',
  W: 'week',
  D: 'day',
}
const TIME_UNITS: Readonly<Record<string, DateTimeUnit>> = { H: 'hour', M: 'minute', S: 'second' }
const NUMBER = String.raw`([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)`
/** More cannot be told exactly from its fraction. */
const MAX_NUMBER = 1e15

/** Throws the fault 'format' when the text is no duration. */
export function decodeIsoInterval(text: string): Interval {
  if (!text.startsWith('P') || text.length < 2) fault('format')
  const [date = '', time, ...rest] = text.slice(1).split('T')
  if (rest.length > 0 || (date === '' && time === undefined)) fault('format')
  const sum = new IntervalAccumulator()
  addPart(sum, date, DATE_UNITS, '-', ['year', 'month', 'day'])
  if (time !== undefined) {
    addPart(sum, time, TIME_UNITS, ':', ['hour', 'minute', 'second'])
  }
  return sum.finish()
}

function addPart(
  sum: IntervalAccumulator,
  text: string,
  units: Readonly<Record<string, DateTimeUnit>>,
  delimiter: string,
  alternative: readonly DateTimeUnit[],
): void {
  const designated = new RegExp(`${NUMBER}([A-Z])`, 'y')
  let at = 0
  const seen = new Set<string>()
  while (at < text.length) {
    designated.lastIndex = at
    const match = designated.exec(text)
    if (match === null) break
    const unit = units[match[2] ?? ''] ?? fault('format')
    if (seen.has(unit)) fault('format')
    seen.add(unit)
    add(sum, unit, match[1] ?? '')
    at = designated.lastIndex
  }
  if (at === text.length) return
  if (at > 0) fault('format')
  addAlternative(sum, text, delimiter, alternative)
}

function addAlternative(
  sum: IntervalAccumulator,
  text: string,
  delimiter: string,
  units: readonly DateTimeUnit[],
): void {
  const compact = delimiter === '-' ? /^([+-]?\d{4})(\d\d)(\d\d)$/ : /^([+-]?\d\d)(\d\d)(\d\d)$/
  const run = compact.exec(text)
  const pattern = new RegExp(`^${NUMBER}(?:${delimiter}${NUMBER}(?:${delimiter}${NUMBER})?)?$`)
  const match = run ?? pattern.exec(text) ?? fault('format')
  units.forEach((unit, index) => {
    const number = match[index + 1]
    if (number !== undefined) add(sum, unit, number)
  })
}

/** Numbers are floats here, other than in the usual form of intervals. */
function add(sum: IntervalAccumulator, unit: DateTimeUnit, number: string): void {
  const value = Number(number)
  if (Math.abs(value) > MAX_NUMBER) fault('field overflow')
  const whole = Math.trunc(value)
  sum.add(unit, BigInt(whole), value - whole)
}

/** pg_timezone_names() and pg_timezone_abbrevs(), behind the views of those names. */
import { findTimeZone } from '../../types/datetime/time-zone.ts'
import { allZoneAbbreviations } from '../../types/datetime/decode/zone-abbreviations.ts'
import { splitTimestamp, unixSecondsOf } from '../../types/datetime/timestamp-value.ts'
import { Interval } from '../../types/value-classes.ts'
import type { FunctionRegistry, Value } from '../registry.ts'

function offsetInterval(seconds: number): Interval {
  return new Interval(0, 0, seconds * 1_000_000)
}

function* zoneNames(unixSeconds: number): Generator<readonly Value[]> {
  for (const name of Intl.supportedValuesOf('timeZone')) {
    const zone = findTimeZone(name)
    if (zone === undefined) continue
    const { abbreviation, offset, isDaylight } = zone.offsetAt(unixSeconds)
    yield [name, abbreviation, offsetInterval(offset), isDaylight]
  }
}

export function registerTimeZoneLists(registry: FunctionRegistry): void {
  registry.set('pg_timezone_names', ({ session }) =>
    zoneNames(unixSecondsOf(splitTimestamp(session.transactionTimestamp))),
  )
  registry.set('pg_timezone_abbrevs', () =>
    [...allZoneAbbreviations()].map(([name, { offset, isDaylight }]) => [
      name.toUpperCase(),
      offsetInterval(offset),
      isDaylight,
    ]),
  )
}

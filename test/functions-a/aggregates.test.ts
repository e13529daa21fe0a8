import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SqlError } from '../../src/errors/sql-error.ts'
import type { Oid } from '../../src/sql/catalog/catalog.ts'
import type { Value } from '../../src/sql/functions/registry.ts'
import { datumAt, vectorOf } from '../../src/storage/vector.ts'
import { AGGREGATE_SAMPLES } from './aggregate-samples.ts'
import type { AggregateSample } from './aggregate-samples.ts'
import { compareDatums } from '../../src/sql/types/compare-datums.ts'
import {
  catalog,
  contextOf,
  ioContext,
  io,
  library,
  readValue,
  typeNamed,
} from './recorded-calls.ts'
import type { Answer } from './recorded-calls.ts'

const recorded: readonly (readonly [Answer, number])[] = JSON.parse(
  readFileSync(new URL('./recorded/aggregates.json', import.meta.url), 'utf8'),
)

/** Rows of the sample fall into group 1, in batches of two, among rows of no group and of another. */
function compute(
  { signature, types, direct, rows }: AggregateSample,
  resultType: Oid,
): string | null {
  const aggregate = library.findAggregate(signature)
  if (aggregate === undefined) throw new Error(`${signature} is not registered`)
  const result = resultType === 0 ? typeNamed('text') : catalog.type(resultType)
  const accumulator = aggregate({ ...contextOf(types, 'text'), resultType: result.oid })
  const fixed = (direct ?? []).map((text, i) => readValue(text, types[i]))
  const parsed = rows.map((row) =>
    row.map((text, i) => (text === null ? null : readValue(text, types[fixed.length + i]))),
  )
  if (direct !== undefined) {
    parsed.sort(([a], [b]) => (a === null ? 1 : b === null ? -1 : compareDatums(a, b)))
  }
  accumulator.grow(1)
  accumulator.grow(2)
  for (let at = 0; at < parsed.length; at += 2) {
    const part = parsed.slice(at, at + 2)
    // A row of no group beside each real one.
    const groups = Int32Array.from(part.flatMap(() => [1, -1]))
    const vectors = types.map((type, i) => {
      const values = part.map((row): Value => (i < fixed.length ? fixed[i] : row[i - fixed.length]))
      return vectorOf(
        typeNamed(type).kind,
        values.flatMap((value) => [value, value]),
      )
    })
    accumulator.add(groups, vectors, groups.length)
  }
  const value = datumAt(accumulator.finish(2), 1)
  if (value === null) return null
  const output = io.findOutput(result.output)
  if (output === undefined) throw new Error(`no output of ${result.name}`)
  return output(value, ioContext(result))
}

function answerOf(sample: AggregateSample, resultType: Oid): Answer {
  try {
    return compute(sample, resultType)
  } catch (error) {
    if (error instanceof SqlError) return [error.code, error.message]
    throw error
  }
}

describe('aggregates answer as PostgreSQL does', () => {
  AGGREGATE_SAMPLES.forEach((sample, i) => {
    const rows = JSON.stringify(sample.rows)
    it(`${sample.signature} ${JSON.stringify(sample.direct ?? [])} ${rows}`, () => {
      const [answer, type] = recorded[i]
      expect(answerOf(sample, type as Oid)).toEqual(answer)
    })
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { answerCall, answerCallByVector, contextOf } from './recorded-calls.ts'
import type { Answer, RecordedFunction } from './recorded-calls.ts'

const recorded: RecordedFunction[] = JSON.parse(
  readFileSync(new URL('./recorded/calls.json', import.meta.url), 'utf8'),
)

/** The last digit of a transcendental float is the C library's own. */
function agrees(
  ours: Answer | undefined,
  theirs: Answer,
  { result: type, symbol }: RecordedFunction,
): boolean {
  if (JSON.stringify(ours) === JSON.stringify(theirs)) return true
  if (typeof ours !== 'string' || typeof theirs !== 'string') return false
  // Of a comparison only the sign is promised.
  if (symbol.endsWith('cmp')) return Math.sign(Number(ours)) === Math.sign(Number(theirs))
  if (type !== 'float8') return false
  const difference = Math.abs(Number(ours) - Number(theirs))
  return difference <= Math.abs(Number(theirs)) * 1e-15
}

describe('functions answer as PostgreSQL does', () => {
  for (const entry of recorded) {
    it(`${entry.symbol}(${entry.types.join(', ')})`, () => {
      const context = contextOf(entry.types, entry.result)
      const wrong: unknown[] = []
      for (const [args, answer] of entry.calls) {
        const ours = answerCall(entry, context, args)
        if (!agrees(ours, answer, entry)) wrong.push({ args, answer, ours })
        const vector = answerCallByVector(entry, context, args)
        if (vector !== undefined && !agrees(vector, answer, entry)) {
          wrong.push({ args, answer, vector })
        }
      }
      expect(wrong).toEqual([])
    })
  }
})

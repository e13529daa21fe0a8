/**
 * Histories of the engine at each isolation level, and that planted bugs show in them.
 *
 *   LAKELET_HISTORIES=2000 npx vitest run test/isolation/histories      more of them
 *   LAKELET_SEED=17 …                                                   just this one
 */
import { describe, expect, test } from 'vitest'
import { checkHistory } from './check-history.ts'
import type { Level } from './check-history.ts'
import { PLANTED_BUGS } from './planted-bugs.ts'
import { runHistory } from './run-history.ts'

const LEVELS: readonly Level[] = ['read committed', 'repeatable read', 'serializable']
const COUNT = Number(process.env['LAKELET_HISTORIES'] ?? 60)
const SEED = process.env['LAKELET_SEED']
/** A planted bug has to show within so many. */
const BUG_HISTORIES_MAX = 150
const TIMEOUT_MS = 20_000 + COUNT * 1000

const seeds = SEED === undefined ? Array.from({ length: COUNT }, (_, i) => i + 1) : [Number(SEED)]

describe('no anomaly that the level forbids', () => {
  for (const level of LEVELS) {
    test(
      level,
      async () => {
        for (const seed of seeds) {
          const wrong = checkHistory(await runHistory({ seed, level }), level)
          expect(wrong, `LAKELET_SEED=${seed}`).toEqual([])
        }
      },
      TIMEOUT_MS,
    )
  }
})

describe.skipIf(SEED !== undefined)('the histories have teeth', () => {
  for (const { name, level, plant } of PLANTED_BUGS) {
    test(
      name,
      async () => {
        for (let seed = 1; seed <= BUG_HISTORIES_MAX; seed++) {
          const isFound = await runHistory({ seed, level, bug: plant }).then(
            (history) => checkHistory(history, level).length > 0,
            // It may also trip over itself.
            () => true,
          )
          if (isFound) return
        }
        expect.unreachable('it was not found')
      },
      TIMEOUT_MS,
    )
  }
})

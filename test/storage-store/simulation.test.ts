/**
 * Crashes between any two storage steps, thousands of times: no acknowledged commit is lost, no half commit is seen,
 * the sum of all balances stays, all trees are sound. LAKELET_SEED runs one seed, LAKELET_SEEDS so many.
 */
import { describe, expect, test } from 'vitest'
import { PLANTED_BUGS } from './simulation/planted-bugs.ts'
import { simulate } from './simulation/simulate.ts'

const FIRST_SEED = Number(process.env['LAKELET_SEED'] ?? 1000)
const SEEDS = Number(process.env['LAKELET_SEEDS'] ?? (process.env['LAKELET_SEED'] ? 1 : 120))
const LIVES = 60
const SEEDS_PER_BUG = 60

test('nothing is lost in any crash', async () => {
  let crashes = 0
  let commits = 0
  let checkpoints = 0
  let pieces = 0
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const result = await simulate({ seed, lives: LIVES }).catch((error: unknown) => {
      throw new Error(`seed ${seed}: ${String(error)}`, { cause: error })
    })
    crashes += result.crashes
    commits += result.commits
    checkpoints += result.checkpoints
    pieces += result.pieces
  }
  console.log(
    `${crashes} crashes, ${commits} commits, ${checkpoints} checkpoints, ${pieces} pieces`,
  )
  if (SEEDS >= 120) expect(crashes).toBeGreaterThan(5000)
}, 120_000)

describe('the simulation has teeth', () => {
  test.each(Object.entries(PLANTED_BUGS))(
    'and notices: %s',
    async (_name, bug) => {
      for (let seed = 1; seed <= SEEDS_PER_BUG; seed++) {
        try {
          await simulate({ seed, lives: LIVES, bug })
        } catch {
          return
        }
      }
      throw new Error('not noticed')
    },
    60_000,
  )
})

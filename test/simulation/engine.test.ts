/**
 * SQL through thousands of lives of a branch that crash between any two storage steps: acknowledged transfers stay, undone ones
 * are never seen, balances follow from transfers, indexes agree with tables, sequences give no number twice.
 * LAKELET_SEED runs one seed, LAKELET_SEEDS so many.
 */
import { describe, expect, test } from 'vitest'
import type { Branch } from '../../src/durable/branch.ts'
import { PLANTED_BUGS } from '../storage-store/simulation/planted-bugs.ts'
import { simulateEngine } from './simulate-engine.ts'
import type { EngineBug } from './simulate-engine.ts'

const FIRST_SEED = Number(process.env['LAKELET_SEED'] ?? 2000)
const SEEDS = Number(process.env['LAKELET_SEEDS'] ?? (process.env['LAKELET_SEED'] ? 1 : 30))
const LIVES = 20
const SEEDS_PER_BUG = 30

test('nothing is lost in any crash', async () => {
  let crashes = 0
  let transfers = 0
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const result = await simulateEngine({ seed, lives: LIVES }).catch((error: unknown) => {
      throw new Error(`seed ${seed}: ${String(error)}`, { cause: error })
    })
    crashes += result.crashes
    transfers += result.transfers
  }
  console.log(`${crashes} crashes, ${transfers} transfers acknowledged`)
  if (SEEDS >= 30) expect(crashes).toBeGreaterThan(300)
}, 120_000)

/** Commits that do not look whether the schema changed since their snapshot. */
function blindCommits(branch: Branch): void {
  const { store } = branch
  const commit = store.commit.bind(store)
  store.commit = (transaction) => commit(transaction)
}

const BUGS: Readonly<Record<string, EngineBug>> = {
  'acknowledged before the append is durable':
    PLANTED_BUGS['acknowledged before the append is durable'] ?? {},
  'log trimmed before the manifest': PLANTED_BUGS['log trimmed before the manifest'] ?? {},
  'writes cross DDL': { branch: blindCommits },
}

describe('the simulation has teeth', () => {
  test.each(Object.entries(BUGS))(
    'and notices: %s',
    async (_name, bug) => {
      for (let seed = 1; seed <= SEEDS_PER_BUG; seed++) {
        try {
          await simulateEngine({ seed, lives: LIVES, bug })
        } catch {
          return
        }
      }
      throw new Error('not noticed')
    },
    60_000,
  )
})

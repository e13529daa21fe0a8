/**
 * What SERIALIZABLE transactions of any kind saw is what they see one after the other in some order; and it would be noticed if
 * not.    LAKELET_HISTORIES=2000 npx vitest run test/isolation/histories
 */
import { expect, test } from 'vitest'
import { PLANTED_BUGS } from './planted-bugs.ts'
import { runAndExplain } from './serial-order.ts'

const COUNT = Number(process.env['LAKELET_HISTORIES'] ?? 60)
const SEED = process.env['LAKELET_SEED']
const BUG_RUNS_MAX = 200
const TIMEOUT_MS = 30_000 + COUNT * 1000

const seeds = SEED === undefined ? Array.from({ length: COUNT }, (_, i) => i + 1) : [Number(SEED)]

test(
  'there is an order that explains everything',
  async () => {
    for (const seed of seeds) {
      const { committed, order } = await runAndExplain(seed)
      expect(order, `LAKELET_SEED=${seed}: ${JSON.stringify(committed, null, 1)}`).toBeDefined()
    }
  },
  TIMEOUT_MS,
)

for (const { name, level, plant } of PLANTED_BUGS) {
  if (level !== 'serializable') continue
  test.skipIf(SEED !== undefined)(
    `it would be noticed: ${name}`,
    async () => {
      for (let seed = 1; seed <= BUG_RUNS_MAX; seed++) {
        if ((await runAndExplain(seed, plant)).order === undefined) return
      }
      expect.unreachable('it was not noticed')
    },
    TIMEOUT_MS,
  )
}

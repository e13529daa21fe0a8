/**
 * kill -9 of the whole process at random moments under a write load: every acknowledged transfer survives.
 * LAKELET_KILLS sets how often (the full count is run before a release).
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { LocalLakelet } from './local-lakelet.ts'
import { Bank } from './transfers.ts'

const KILLS = Number(process.env['LAKELET_KILLS'] ?? 3)
const PORT = 8817
const CLIENTS = 4
const LIFE_MAX_MS = 2500

test(`kill -9 at ${KILLS} moments`, { timeout: KILLS * 40_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lakelet-kill-'))
  const server = new LocalLakelet(PORT, folder)
  const bank = new Bank(server.url)
  try {
    await server.start()
    await bank.create()
    for (let kill = 1; kill <= KILLS; kill++) {
      const load = bank.run(CLIENTS)
      await sleep(Math.random() * LIFE_MAX_MS)
      await server.kill()
      bank.stop()
      await load
      await server.start()
      expect(await bank.audit(), `after kill ${kill}`).toEqual([])
    }
    expect(bank.acknowledged.size).toBeGreaterThan(0)
  } finally {
    await server.kill()
    await rm(folder, { recursive: true, force: true })
  }
})

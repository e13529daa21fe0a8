/**
 * psql and pgbench, where they are installed, over the TCP bridge and real workerd. What psql prints depends on its version:
 * its commands are compared with what PostgreSQL 17 made the same psql print.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBridge } from '../../src/cli/bridge.ts'
import type { Bridge } from '../../src/cli/bridge.ts'
import { webSocketUrl } from '../../src/cli/options.ts'
import { WorkerdLakelet } from '../runtime/workerd-lakelet.ts'
import { psqlVersion, transcript } from './psql/transcript.ts'
import { recordedOutcomes } from './recorded-outcomes.ts'

const run = promisify(execFile)
const psql = await psqlVersion()
const isRecorded = existsSync(new URL(`recorded/psql-${psql}.json`, import.meta.url))
const hasPgbench = await run('pgbench', ['--version']).then(
  () => true,
  () => false,
)

let server: WorkerdLakelet
let bridge: Bridge
let url: string

beforeAll(async () => {
  server = await WorkerdLakelet.start()
  bridge = await openBridge({ host: '127.0.0.1', port: 0, url: webSocketUrl(server.url) })
  url = `postgres://lakelet:lakelet@127.0.0.1:${bridge.port}/lakelet`
})
afterAll(async () => {
  await bridge.close()
  await server.stop()
})

describe.skipIf(!isRecorded)('psql', () => {
  const recorded = isRecorded ? recordedOutcomes(`psql-${psql}`) : {}
  let printed: Record<string, string>

  beforeAll(async () => {
    printed = await transcript(url)
  })

  test.each(Object.keys(recorded))('%s', (command) => {
    expect(printed[command]).toBe(recorded[command])
  })

  test('\\timing and \\watch', async () => {
    const timed = await run('psql', ['-X', '-c', '\\timing on', '-c', 'SELECT 1', url])
    expect(timed.stdout).toMatch(/Time: [\d.]+ ms/)
    // It goes on until it is stopped.
    const stopped = run('sh', [
      '-c',
      'echo "SELECT 1 AS tick \\watch 0.1" | timeout 2 psql -X "$0"',
      url,
    ])
    await expect(stopped).rejects.toMatchObject({
      stdout: expect.stringMatching(/tick[^]*tick[^]*tick/),
    })
  })
})

describe.skipIf(!hasPgbench)('pgbench', () => {
  async function pgbench(...args: readonly string[]): Promise<string> {
    const { stdout, stderr } = await run('pgbench', [...args, url])
    return stdout + stderr
  }

  test('makes its tables', async () => {
    expect(await pgbench('-i', '-s', '1', '--foreign-keys')).toContain('done in')
  })

  test.each(['simple', 'extended', 'prepared'])('runs TPC-B, %s', async (mode) => {
    const output = await pgbench('-n', '-M', mode, '-c', '4', '-t', '20')
    expect(output).toContain('number of transactions actually processed: 80/80')
    expect(output).toContain('number of failed transactions: 0')
  })

  test('nothing is lost, nothing counted twice', async () => {
    const client = new pg.Client(url)
    await client.connect()
    const { rows } =
      await client.query(`SELECT (SELECT count(*)::int FROM pgbench_history) AS history,
      (SELECT sum(abalance) FROM pgbench_accounts) = (SELECT sum(delta) FROM pgbench_history) AS accounts,
      (SELECT sum(tbalance) FROM pgbench_tellers) = (SELECT sum(bbalance) FROM pgbench_branches) AS tellers`)
    await client.end()
    expect(rows).toEqual([{ history: 240, accounts: true, tellers: true }])
  })
})

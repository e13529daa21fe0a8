/**
 * What several sessions do to each other, step by step, against what PostgreSQL 17 did (scripts/*.golden.txt, recorded by
 * scripts/record-isolation.ts). Where Lakelet does otherwise on purpose, `differences.txt` has its side of it: such a
 * scenario must play exactly as written there, and leaves the file when it plays as in PostgreSQL. Each is played twice: with its pages
 * in memory, and so that every statement has to wait for all pages it reads.
 *
 * UPDATE_DIFFERENCES=1 writes the file anew; read the diff.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { LakeletTarget } from './lakelet-target.ts'
import { runScenario } from './run-scenario.ts'
import { parseScenarios } from './step-script.ts'

const FOLDER = new URL('scripts/', import.meta.url)
const DIFFERENCES = new URL('differences.txt', FOLDER)
const isUpdate = process.env['UPDATE_DIFFERENCES'] === '1'

const differences = readPlays('differences.txt')
const updated: string[] = []
const PAGES = [
  { pages: 'at hand', isCold: false },
  { pages: 'in the bucket', isCold: true },
]

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.steps'))) {
  const recorded = readPlays(file.replace('.steps', '.golden.txt'))
  describe(file, () => {
    for (const scenario of parseScenarios(readFileSync(new URL(file, FOLDER), 'utf8'))) {
      test.each(PAGES)(`${scenario.name}, pages $pages`, async ({ isCold }) => {
        const target = await LakeletTarget.open(isCold)
        const played = await runScenario(scenario, target)
        await target.end()
        const [expected, different] = [recorded.get(scenario.name), differences.get(scenario.name)]
        if (isUpdate) {
          if (played !== expected && !isCold) updated.push(played)
        } else if (different === undefined) expect(played).toBe(expected)
        else {
          expect(played).toBe(different)
          expect(played, 'no difference any more').not.toBe(expected)
        }
      })
    }
  })
}

afterAll(() => {
  if (isUpdate) writeFileSync(DIFFERENCES, updated.join('\n'))
})

function readPlays(file: string): ReadonlyMap<string, string> {
  const plays = new Map<string, string>()
  for (const play of readFileSync(new URL(file, FOLDER), 'utf8').split(/^(?==== )/m)) {
    const name = /^=== (.*)$/m.exec(play)?.[1]
    if (name !== undefined) plays.set(name, `${play.replace(/\n+$/, '')}\n`)
  }
  return plays
}

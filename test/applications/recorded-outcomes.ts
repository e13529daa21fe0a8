/** What PostgreSQL 17 gave the applications, a file each, and what of it is the server's own business. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Outcomes } from '../runtime/clients/scenario.ts'

export function recordedOutcomes(name: string): Outcomes {
  return JSON.parse(readFileSync(fileOf(name), 'utf8')) as Outcomes // what the recorder wrote
}

export function record(name: string, outcomes: Outcomes): void {
  writeFileSync(fileOf(name), `${JSON.stringify(comparable(outcomes), null, 1)}\n`)
}

function fileOf(name: string): URL {
  return new URL(`recorded/${name}.json`, import.meta.url)
}

/**
 * Without what drivers keep for themselves in results, and how long an error message was in bytes: it counts the lines of
 * PostgreSQL's source, that only it has.
 */
export function comparable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(comparable)
  const isError = '<error>' in value || 'severity' in value
  const entries = Object.entries(value).filter(
    ([key]) => !(key.startsWith('_') || (isError && key === 'length')),
  )
  return Object.fromEntries(entries.map(([key, one]) => [key, comparable(one)]))
}

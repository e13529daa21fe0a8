/** `lakelet sql`: runs a script, or one command and shows its rows. */
import { readFile } from 'node:fs/promises'
import '../sql/parse/libpg-query/load-in-node.ts'
import { splitStatements } from '../sql/parse/split-statements.ts'
import { batch, query, ServerError } from './http-client.ts'
import type { Endpoint, QueryAnswer } from './http-client.ts'
import type { SqlCommandOptions } from './options.ts'
import { printTable } from './print-table.ts'
import { ProgressBar } from './progress-bar.ts'
import { scriptBatches } from './script-batches.ts'
import type { ScriptBatch } from './script-batches.ts'
import { WireClient } from './wire-client.ts'

export async function runSqlCommand(options: SqlCommandOptions): Promise<number> {
  if (options.file !== undefined)
    return runScript(options, options.file, await readFile(options.file, 'utf8'))
  try {
    const answers = await runCommand(options, options.command ?? '')
    for (const answer of answers) process.stdout.write(printTable(answer))
    return 0
  } catch (error) {
    if (!(error instanceof ServerError)) throw error
    process.stderr.write(describe(error))
    return 1
  }
}

async function runCommand(endpoint: Endpoint, text: string): Promise<readonly QueryAnswer[]> {
  const statements = splitStatements(text).filter((part) => part.kind === 'statement')
  if (statements.length === 1) return [await query(endpoint, text)]
  return batch(
    endpoint,
    statements.map((statement) => statement.text),
  )
}

/** Runs a script in one session, with a progress bar; stops at the first error and names its line. */
export async function runScript(endpoint: Endpoint, name: string, script: string): Promise<number> {
  const batches = scriptBatches(splitStatements(script))
  const total = batches.reduce((sum, one) => sum + one.statements.length, 0)
  const client = await WireClient.open(endpoint)
  const progress = new ProgressBar(name, total)
  try {
    for (const one of batches) {
      const failed = await runBatch(client, one)
      if (failed !== undefined) {
        progress.stop()
        process.stderr.write(`${name}:${failed.line}: ${describe(failed.error)}`)
        return 1
      }
      progress.advance(one.statements.length)
    }
    progress.stop()
    return 0
  } finally {
    client.close()
  }
}

interface Failure {
  readonly line: number
  readonly error: ServerError
}

/** When one fails, those before it are run again without it, so that they take effect as in psql. */
async function runBatch(
  client: WireClient,
  { statements, copyData }: ScriptBatch,
): Promise<Failure | undefined> {
  const texts = statements.map((statement) => statement.text)
  const { completed, error } = await client.query(texts.join('\n'), copyData)
  if (error === undefined) return undefined
  // In a block of the script's own they are lost with it.
  if (completed > 0) await client.query(texts.slice(0, completed).join('\n'))
  return { line: statements[completed]?.line ?? statements[0]?.line ?? 1, error }
}

function describe(error: ServerError): string {
  const extra = [
    error.detail === undefined ? '' : `DETAIL:  ${error.detail}\n`,
    error.hint === undefined ? '' : `HINT:  ${error.hint}\n`,
    error.where === undefined ? '' : `CONTEXT:  ${error.where}\n`,
  ]
  return `ERROR:  ${error.message} (${error.code})\n${extra.join('')}`
}

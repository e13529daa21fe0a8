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
import type { ScriptBatch, ScriptStatement } from './script-batches.ts'

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

/** Runs a script with a progress bar; stops at the first error and names its line. */
export async function runScript(endpoint: Endpoint, name: string, script: string): Promise<number> {
  const batches = scriptBatches(splitStatements(script))
  const total = batches.reduce((sum, one) => sum + one.statements.length, 0)
  const progress = new ProgressBar(name, total)
  for (const one of batches) {
    const failed = await runBatch(endpoint, one)
    if (failed !== undefined) {
      progress.stop()
      process.stderr.write(`${name}:${failed.statement.line}: ${describe(failed.error)}`)
      return 1
    }
    progress.advance(one.statements.length)
  }
  progress.stop()
  return 0
}

interface Failure {
  readonly statement: ScriptStatement
  readonly error: ServerError
}

/** One request for all; when that fails, one for each, so that the statements before the failing one take effect as in psql. */
async function runBatch(
  endpoint: Endpoint,
  { settings, statements }: ScriptBatch,
): Promise<Failure | undefined> {
  if (statements.length > 1) {
    try {
      await batch(endpoint, [...settings, ...statements.map((statement) => statement.text)])
      return undefined
    } catch (error) {
      if (!(error instanceof ServerError)) throw error
    }
  }
  for (const statement of statements) {
    try {
      if (settings.length === 0) await query(endpoint, statement.text)
      else await batch(endpoint, [...settings, statement.text])
    } catch (error) {
      if (!(error instanceof ServerError)) throw error
      return { statement, error }
    }
  }
  return undefined
}

function describe(error: ServerError): string {
  const extra = [
    error.detail === undefined ? '' : `DETAIL:  ${error.detail}\n`,
    error.hint === undefined ? '' : `HINT:  ${error.hint}\n`,
  ]
  return `ERROR:  ${error.message} (${error.code})\n${extra.join('')}`
}

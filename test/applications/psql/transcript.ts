/** psql as people type into it: each line of `commands.txt` with what it prints, on the tables of `setup.sql`. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const SETUP = fileURLToPath(new URL('setup.sql', import.meta.url))
const COMMANDS = readFileSync(new URL('commands.txt', import.meta.url), 'utf8')
const MARK = '--- '
/** For `\copy … FROM pstdin`; other commands do not read it. */
const END_OF_INPUT = '\\.'

/** Its major version decides what psql asks and prints. undefined: it is not installed. */
export async function psqlVersion(): Promise<string | undefined> {
  const answer = await run('psql', ['--version']).catch(() => undefined)
  return answer && /\d+/.exec(answer.stdout)?.[0]
}

/** One psql for all: what a line has set is undone after it. */
export async function transcript(url: string): Promise<Record<string, string>> {
  await run('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', SETUP, url])
  const lines = COMMANDS.split('\n').filter((line) => line !== '')
  const script = lines.flatMap((line) => [
    `\\echo '${MARK}${line.replaceAll("'", "''")}'`,
    line,
    ...(line.includes('pstdin') ? ['c-3,7', END_OF_INPUT] : []),
    '\\x off',
    '\\unset FETCH_COUNT',
    '\\unset ON_ERROR_ROLLBACK',
    '\\set VERBOSITY default',
  ])
  const output = await typed(url, `${script.join('\n')}\n`)
  const parts = output.split(new RegExp(`^${MARK}`, 'm')).slice(1)
  return Object.fromEntries(
    parts.map((part) => {
      const end = part.indexOf('\n')
      return [
        part.slice(0, end),
        part.slice(end + 1).replaceAll(/^Expanded display is off\.\n/gm, ''),
      ]
    }),
  )
}

async function typed(url: string, script: string): Promise<string> {
  // Errors where they happen: both streams are one.
  const child = spawn('sh', ['-c', 'exec psql -X "$0" 2>&1', url], {
    env: { ...process.env, PAGER: 'cat', LC_ALL: 'C.UTF-8' },
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stdin.end(script)
  await once(child, 'close')
  return output
}

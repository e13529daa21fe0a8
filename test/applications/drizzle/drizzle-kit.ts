/** The `drizzle-kit` command, as a user runs it, on the tables of `schema.ts`. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const COMMAND = fileURLToPath(new URL('../../../node_modules/drizzle-kit/bin.cjs', import.meta.url))
const SCHEMA = fileURLToPath(new URL('schema.ts', import.meta.url))

export const MIGRATIONS_FOLDER = fileURLToPath(new URL('migrations', import.meta.url))

export class DrizzleKit {
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  /** The statements that it executed. */
  async push(): Promise<readonly string[]> {
    const output = await inFolder((out) => this.#run(out, out, 'push', '--force', '--verbose'))
    const [, statements = ''] = output.split('current statements:')
    return statements
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('['))
  }

  /** The schema as TypeScript. The order of tables is as the server finds them, so lines are sorted. */
  async pull(): Promise<readonly string[]> {
    const text = await inFolder(async (out) => {
      await this.#run(out, out, 'pull')
      return readFile(join(out, 'schema.ts'), 'utf8')
    })
    return text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('import'))
      .sort()
  }

  /** Runs `migrations/`, which drizzle-kit generated. */
  async migrate(): Promise<string> {
    const output = await inFolder((folder) => this.#run(folder, MIGRATIONS_FOLDER, 'migrate'))
    return output.slice(output.lastIndexOf('['))
  }

  async #run(folder: string, out: string, ...args: readonly string[]): Promise<string> {
    const file = join(folder, 'drizzle.config.json')
    const config = {
      dialect: 'postgresql',
      schema: SCHEMA,
      out,
      dbCredentials: { url: this.#url },
      schemaFilter: ['public', 'archive'],
    }
    await writeFile(file, JSON.stringify(config))
    // Without NODE_OPTIONS of the test runner.
    const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' }
    const { stdout } = await run(process.execPath, [COMMAND, ...args, `--config=${file}`], { env })
    return stdout
  }
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'lakelet-drizzle-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

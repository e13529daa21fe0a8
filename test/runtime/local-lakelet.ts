/** `lakelet start` as a child process of a test: the real thing, on a port and a data folder of its own. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

const READY_TIMEOUT_MS = 90_000

export class LocalLakelet {
  readonly port: number
  readonly dataFolder: string
  #process: ChildProcess | undefined
  output = ''

  constructor(port: number, dataFolder: string) {
    this.port = port
    this.dataFolder = dataFolder
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/sql`
  }

  /** Resolves at `lakelet ready`. */
  async start(): Promise<void> {
    const environment = {
      ...process.env,
      LAKELET_PORT: String(this.port),
      LAKELET_DATA: this.dataFolder,
      // Any free one: servers of several tests may run at once.
      LAKELET_PG_PORT: '0',
    }
    const child = spawn(process.execPath, ['src/cli/main.ts', 'start'], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    this.#process = child
    this.output = ''
    child.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
    const deadline = Date.now() + READY_TIMEOUT_MS
    while (!this.output.includes('lakelet ready')) {
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`did not start:\n${this.output}`)
      await sleep(20)
    }
  }

  /** kill -9 of the whole process group: the server and workerd with it. */
  async kill(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child?.pid === undefined || child.exitCode !== null) return
    const exited = once(child, 'exit')
    process.kill(-child.pid, 'SIGKILL')
    await exited
  }
}

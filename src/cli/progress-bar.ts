/** A one-line progress bar on the terminal; on anything else one line at the end. */
const WIDTH = 40

export class ProgressBar {
  readonly #label: string
  readonly #total: number
  #done = 0

  constructor(label: string, total: number) {
    this.#label = label
    this.#total = total
    this.#draw()
  }

  advance(steps: number): void {
    this.#done += steps
    this.#draw()
  }

  stop(): void {
    process.stderr.write(process.stderr.isTTY ? '\n' : `${this.#text()}\n`)
  }

  #text(): string {
    return `${this.#label}: ${this.#done} of ${this.#total} statements`
  }

  #draw(): void {
    if (!process.stderr.isTTY) return
    const filled = this.#total === 0 ? WIDTH : Math.round((this.#done / this.#total) * WIDTH)
    process.stderr.write(`\r[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${this.#text()}`)
  }
}

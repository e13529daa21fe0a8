/** Small random regular expressions and texts over a few letters, the same for the same seed. */

export class RandomPatterns {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0
    return Math.floor((this.#state / 2 ** 32) * limit)
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]
  }

  text(length: number): string {
    return Array.from({ length: this.below(length + 1) }, () => this.pick([...'aabbc\n '])).join('')
  }

  pattern(depth = 3): string {
    const branches = this.below(4) === 0 ? 2 : 1
    return Array.from({ length: branches }, () => this.#branch(depth)).join('|')
  }

  #branch(depth: number): string {
    return Array.from({ length: 1 + this.below(3) }, () => this.#piece(depth)).join('')
  }

  #piece(depth: number): string {
    const kind = this.below(12)
    if (kind === 0) return this.pick(['^', '$', '\\m', '\\M', '\\y', '(?=a)', '(?!b)', '(?<=a)'])
    const atom = kind < 5 && depth > 0 ? this.#group(depth - 1) : this.#atom()
    const quantifiers = ['', '', '', '*', '+', '?', '{2}', '{1,2}', '{0,3}', '*?', '+?', '??']
    return atom + this.pick(quantifiers)
  }

  #group(depth: number): string {
    return `${this.pick(['(', '(?:'])}${this.pattern(depth)})`
  }

  #atom(): string {
    return this.pick(['a', 'a', 'b', 'c', '.', '[ab]', '[^a]', '\\w', '\\s'])
  }
}

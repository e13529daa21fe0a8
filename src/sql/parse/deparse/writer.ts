/**
 * Text with PostgreSQL's layout of view definitions: clauses on lines of their own, indented by
 * how deep the query is. Without `indents` everything goes on one line, as in stored expressions.
 */

/** By how much a query's clauses, a join, a list's further lines stand in. */
export const INDENT = { QUERY: 8, JOIN: 4, LIST: 4 } as const
const INDENT_MAX = 40

export class DeparseWriter {
  readonly indents: boolean
  readonly isDomainCheck: boolean
  /** Without the parentheses that only make the reading unambiguous to the eye. */
  readonly isPretty: boolean
  level = 0
  private text = ''

  constructor(indents: boolean, isDomainCheck = false, isPretty = false) {
    this.indents = indents
    this.isDomainCheck = isDomainCheck
    this.isPretty = isPretty
  }

  write(text: string): this {
    this.text += text
    return this
  }

  /**
   * Starts a line with `text` (or goes on, when not indenting); the level changes by `before` and
   * then `after`.
   */
  keyword(text: string, before: number, after: number, extra: number): this {
    if (!this.indents) return this.write(text)
    this.level += before
    const width = Math.max(0, this.level) + extra
    const amount = width < INDENT_MAX ? width : INDENT_MAX + ((width - INDENT_MAX) % 4)
    this.text = `${this.text.trimEnd()}\n${' '.repeat(amount)}${text}`
    this.level += after
    if (this.level < 0) this.level = 0
    return this
  }

  list<T>(items: readonly T[], writeItem: (item: T) => void, separator = ', '): this {
    items.forEach((item, index) => {
      if (index > 0) this.write(separator)
      writeItem(item)
    })
    return this
  }

  toString(): string {
    return this.text
  }
}

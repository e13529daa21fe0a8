/**
 * Cuts a script as psql does: at semicolons outside quotes, comments, parentheses and BEGIN ATOMIC
 * bodies. Lines that start with a backslash are psql's own commands, and rows after COPY … FROM
 * STDIN are data. Used by the CLI and by tests; a server never sees more than what a client sends.
 */

export type ScriptPart =
  | {
      readonly kind: 'statement'
      /** Without surrounding space, with its semicolon if it has one. */
      readonly text: string
      /** 1-based line on which `text` starts. */
      readonly line: number
      /** After COPY … FROM STDIN: the lines up to \. , each with its newline. */
      readonly copyData?: string | undefined
    }
  /** \command … to the end of the line; `text` starts with the backslash. */
  | { readonly kind: 'metaCommand'; readonly text: string; readonly line: number }

const COPY_FROM_STDIN = /^copy\b[\s\S]*\bfrom\s+(stdin|pstdin)\b/i
/**
 * Quotes, comments, dollar quotes and words: what a semicolon may hide in, or what changes the
 * depth.
 */
const TOKEN =
  /--[^\n]*|\/\*|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|[eE]'|'|"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|[();\\]/g

export function splitStatements(script: string): readonly ScriptPart[] {
  return new ScriptSplitter(script).split()
}

class ScriptSplitter {
  private readonly script: string
  private readonly parts: ScriptPart[] = []
  private start = 0
  private parentheses = 0
  /**
   * CREATE … BEGIN ATOMIC bodies: words of the statement so far, and how deep in BEGIN … END and
   * CASE … END.
   */
  private words: string[] = []
  private blocks = 0
  private line = 1
  private lineCountedTo = 0

  constructor(script: string) {
    this.script = script
  }

  split(): readonly ScriptPart[] {
    const token = new RegExp(TOKEN)
    for (let found = token.exec(this.script); found; found = token.exec(this.script)) {
      token.lastIndex = this.step(found[0], found.index)
    }
    this.emit(this.script.length)
    return this.parts
  }

  /** Handles the token at `at`; returns where to go on. */
  private step(token: string, at: number): number {
    const end = at + token.length
    switch (token) {
      case "'":
        return this.skipQuoted(end, "'", false)
      case "e'":
      case "E'":
        return this.skipQuoted(end, "'", true)
      case '"':
        return this.skipQuoted(end, '"', false)
      case '/*':
        return this.skipComment(end)
      case '(':
        this.parentheses++
        return end
      case ')':
        this.parentheses = Math.max(0, this.parentheses - 1)
        return end
      case ';':
        return this.parentheses > 0 || this.blocks > 0 ? end : this.emit(end)
      case '\\':
        return this.metaCommand(at)
      default:
        if (token.startsWith('--')) return end
        if (token.startsWith('$')) return this.skipTo(token, end)
        this.word(token.toLowerCase())
        return end
    }
  }

  private skipTo(terminator: string, from: number): number {
    const at = this.script.indexOf(terminator, from)
    return at < 0 ? this.script.length : at + terminator.length
  }

  /** A doubled quote needs no care: it reads as an end and a new start. */
  private skipQuoted(from: number, quote: string, hasEscapes: boolean): number {
    for (let at = from; at < this.script.length; at++) {
      const character = this.script[at]
      if (hasEscapes && character === '\\') at++
      else if (character === quote) {
        if (!hasEscapes || this.script[at + 1] !== quote) return at + 1
        at++
      }
    }
    return this.script.length
  }

  /** Comments nest. */
  private skipComment(from: number): number {
    const mark = /\/\*|\*\//g
    mark.lastIndex = from
    let depth = 1
    for (let found = mark.exec(this.script); found; found = mark.exec(this.script)) {
      depth += found[0] === '/*' ? 1 : -1
      if (depth === 0) return mark.lastIndex
    }
    return this.script.length
  }

  private word(word: string): void {
    if (this.words.length < 4) this.words.push(word)
    const [first, ...rest] = this.words
    const definesRoutine =
      first === 'create' && rest.some((name) => name === 'function' || name === 'procedure')
    if (!definesRoutine) return
    if (word === 'begin' || (word === 'case' && this.blocks > 0)) this.blocks++
    else if (word === 'end' && this.blocks > 0) this.blocks--
  }

  /**
   * A backslash starts a command for psql, wherever it stands: \gset ends the statement before it.
   */
  private metaCommand(at: number): number {
    this.emit(at)
    const newline = this.script.indexOf('\n', at)
    const end = newline < 0 ? this.script.length : newline
    const text = this.script.slice(at, end).trimEnd()
    this.parts.push({ kind: 'metaCommand', text, line: this.lineAt(at) })
    this.start = end
    return end
  }

  /** Ends the current statement before `end`; returns where the next one starts. */
  private emit(end: number): number {
    const whole = this.script.slice(this.start, end)
    const text = whole.trim()
    let next = end
    if (this.words.length > 0 || /[^\s;]/.test(withoutComments(text))) {
      const line = this.lineAt(this.start + whole.length - whole.trimStart().length)
      const isCopy = text.endsWith(';') && COPY_FROM_STDIN.test(withoutComments(text).trimStart())
      const copyData = isCopy ? this.copyData(end) : undefined
      next = copyData?.end ?? end
      this.parts.push({ kind: 'statement', text, line, copyData: copyData?.data })
    }
    this.start = next
    this.words = []
    this.parentheses = 0
    this.blocks = 0
    return next
  }

  /** The lines after the statement's own, up to and without \. */
  private copyData(from: number): { readonly data: string; readonly end: number } {
    const newline = this.script.indexOf('\n', from)
    const start = newline < 0 ? this.script.length : newline + 1
    const terminator = /^\\\.\r?$/gm
    terminator.lastIndex = start
    const found = terminator.exec(this.script)
    const end = found?.index ?? this.script.length
    return { data: this.script.slice(start, end), end: end + (found?.[0].length ?? 0) }
  }

  private lineAt(offset: number): number {
    for (; this.lineCountedTo < offset; this.lineCountedTo++) {
      if (this.script.charCodeAt(this.lineCountedTo) === 10) this.line++
    }
    return this.line
  }
}

/**
 * Good enough to see whether anything but comments is there: texts that start with a word never
 * get here.
 */
function withoutComments(text: string): string {
  return text.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, '')
}

/**
 * The format of case files, one case a line:
 *
 *   @timezone=UTC; datestyle=ISO, MDY     settings for the lines below
 *   date <- 2020-01-01                   reads and prints a value of a type
 *   date_pli | date:2020-01-01 | int4:5  calls a function by its symbol; <null> is a null
 *   # comment
 */
export interface TypedText {
  readonly type: string
  readonly text: string | null
}

export type Case = {
  readonly line: string
  readonly settings: Readonly<Record<string, string>>
  readonly mayNotResolve: boolean
} & (
  | { readonly kind: 'io'; readonly value: TypedText }
  | { readonly kind: 'call'; readonly symbol: string; readonly args: readonly TypedText[] }
)

export interface Answer {
  readonly line: string
  readonly rows?: readonly (string | null)[]
  /** Type of the result: needed to print ours. */
  readonly type?: number
  readonly error?: {
    readonly code: string
    readonly message: string
    readonly detail?: string | undefined
    readonly hint?: string | undefined
  }
}

export function parseCases(text: string): Case[] {
  const cases: Case[] = []
  let settings: Record<string, string> = {}
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue
    if (line.startsWith('@')) {
      settings = parseSettings(line.slice(1))
      continue
    }
    cases.push({ ...parseCase(line), line, settings, mayNotResolve: true })
  }
  return cases
}

function parseSettings(text: string): Record<string, string> {
  const pairs = text.trim().split('; ').filter(Boolean)
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}

function parseCase(line: string) {
  const io = /^(\S+(?:\([\d, ]+\))?(?:\[\])?) <- ?(.*)$/s.exec(line)
  if (io !== null) return { kind: 'io' as const, value: typedText(`${io[1]}:${io[2]}`) }
  const [symbol = '', ...args] = line.split(' | ')
  return { kind: 'call' as const, symbol: symbol.trim(), args: args.map(typedText) }
}

function typedText(text: string): TypedText {
  const at = text.indexOf(':')
  const value = text.slice(at + 1).replaceAll('\\n', '\n')
  return { type: text.slice(0, at), text: value === '<null>' ? null : value }
}

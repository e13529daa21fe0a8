/**
 * Template strings of to_char(), to_date() and to_timestamp() for dates and times: "YYYY-MM-DD HH24:MI", with the
 * modifiers FM, TM, FX and TH and quoted text. Parsed once and kept.
 */

/** Longer ones first, so that the first match is the longest. */
const KEYWORDS = (
  'SSSSS Y,YYY A.D. A.M. B.C. P.M. HH12 HH24 IDDD IYYY MONTH SSSS YYYY DDD DAY FF1 FF2 FF3 FF4 FF5 FF6 ' +
  'IYY MON TZH TZM YYY AD AM BC CC DD DY FX HH ID IW IY MI MM MS OF PM RM SS TZ US WW YY D I J Q W Y'
).split(' ')
const SPELLINGS = new Map<string, string>()
for (const keyword of KEYWORDS) {
  SPELLINGS.set(keyword, keyword)
  if (keyword !== 'OF') SPELLINGS.set(keyword.toLowerCase(), keyword)
}
for (const mixed of ['Month', 'Mon', 'Day', 'Dy']) SPELLINGS.set(mixed, mixed.toUpperCase())
const BY_LENGTH = [...SPELLINGS.keys()].toSorted((a, b) => b.length - a.length)

export type TemplateItem =
  | {
      readonly kind: 'field'
      /** The canonical keyword in upper case, e.g. 'MONTH'. */
      readonly keyword: string
      /** As written: its case is that of the output. */
      readonly spelling: string
      readonly fill: boolean
      readonly ordinal: 'TH' | 'th' | undefined
    }
  | { readonly kind: 'separator' | 'space' | 'text'; readonly text: string }

export interface Template {
  readonly items: readonly TemplateItem[]
  /** FX: the input must match exactly. */
  readonly isExact: boolean
}

const templates = new Map<string, Template>()
const MAX_CACHED_TEMPLATES = 500

export function parseTemplate(text: string): Template {
  const known = templates.get(text)
  if (known !== undefined) return known
  const template = build(text)
  if (templates.size >= MAX_CACHED_TEMPLATES) templates.clear()
  templates.set(text, template)
  return template
}

function build(text: string): Template {
  const items: TemplateItem[] = []
  let isExact = false
  let at = 0
  while (at < text.length) {
    let fill = true
    let start = at
    for (;;) {
      const prefix = text.slice(start, start + 2).toUpperCase()
      if (prefix !== 'FM' && prefix !== 'TM') break
      fill = false
      start += 2
    }
    const spelling = BY_LENGTH.find((candidate) => text.startsWith(candidate, start))
    const keyword = spelling === undefined ? undefined : SPELLINGS.get(spelling)
    if (spelling !== undefined && keyword !== undefined) {
      at = start + spelling.length
      if (keyword === 'FX') {
        isExact = true
        continue
      }
      const ordinal = /^(TH|th)/.exec(text.slice(at))?.[0] as 'TH' | 'th' | undefined
      if (ordinal !== undefined) at += 2
      if (text.startsWith('SP', at)) at += 2
      items.push({ kind: 'field', keyword, spelling, fill, ordinal })
    } else if (start > at) at = start
    else at = addText(text, at, items)
  }
  return { items, isExact }
}

/** Quoted text, an escaped character, or a character that is no field. */
function addText(text: string, start: number, items: TemplateItem[]): number {
  let at = start
  if (text[at] === '"') {
    at++
    while (at < text.length && text[at] !== '"') {
      if (text[at] === '\\') at++
      const c = characterAt(text, at)
      items.push({ kind: 'text', text: c })
      at += c.length
    }
    return at + 1
  }
  if (text[at] === '\\' && text[at + 1] === '"') at++
  const c = characterAt(text, at)
  const kind = c === ' ' ? 'space' : /^[!-/:-@[-`{-~]$/.test(c) ? 'separator' : 'text'
  items.push({ kind, text: c })
  return at + Math.max(c.length, 1)
}

function characterAt(text: string, at: number): string {
  const point = text.codePointAt(at)
  return point === undefined ? '' : String.fromCodePoint(point)
}

export const ROMAN_MONTHS = [
  'I',
  'II',
  'III',
  'IV',
  'V',
  'VI',
  'VII',
  'VIII',
  'IX',
  'X',
  'XI',
  'XII',
] as const

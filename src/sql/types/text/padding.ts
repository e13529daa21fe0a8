/** Padding, trimming and replacing characters: lpad, trim, repeat, replace, translate. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { charactersOf } from './characters.ts'

/** PostgreSQL's limit of a field: one gigabyte. */
const MAX_LENGTH = 64 << 20

function tooLarge(): SqlError {
  return new SqlError(SQLSTATE.PROGRAM_LIMIT_EXCEEDED, 'requested length too large')
}

function fillTo(text: string, width: number, fill: string): { kept: string; filling: string } {
  const length = Math.max(width, 0)
  if (length > MAX_LENGTH / 4) throw tooLarge()
  const characters = charactersOf(text)
  if (characters.length >= length)
    return { kept: characters.slice(0, length).join(''), filling: '' }
  const units = charactersOf(fill)
  if (units.length === 0) return { kept: text, filling: '' }
  const missing = length - characters.length
  const whole = fill.repeat(Math.floor(missing / units.length))
  return { kept: text, filling: whole + units.slice(0, missing % units.length).join('') }
}

export function padLeft(text: string, width: number, fill: string): string {
  const { kept, filling } = fillTo(text, width, fill)
  return filling + kept
}
export function padRight(text: string, width: number, fill: string): string {
  const { kept, filling } = fillTo(text, width, fill)
  return kept + filling
}

/** Removes characters of `set` from the ends asked for. */
export function trimCharacters(text: string, set: string, left: boolean, right: boolean): string {
  const characters = charactersOf(text)
  const unwanted = new Set(charactersOf(set))
  let from = 0
  let to = characters.length
  if (left) while (from < to && unwanted.has(characters[from])) from++
  if (right) while (to > from && unwanted.has(characters[to - 1])) to--
  return to - from === characters.length ? text : characters.slice(from, to).join('')
}

export function repeatText(text: string, count: number): string {
  if (count <= 0 || text === '') return ''
  if (text.length * count > MAX_LENGTH) throw tooLarge()
  return text.repeat(count)
}

export function replaceText(text: string, from: string, to: string): string {
  return from === '' ? text : text.replaceAll(from, () => to)
}

/** translate: each character of `from` becomes the one at its place in `to`, or vanishes. */
export function translate(text: string, from: string, to: string): string {
  const targets = charactersOf(to)
  const mapping = new Map<string, string>()
  charactersOf(from).forEach((character, i) => {
    if (!mapping.has(character)) mapping.set(character, targets[i] ?? '')
  })
  let result = ''
  for (const character of text) result += mapping.get(character) ?? character
  return result
}

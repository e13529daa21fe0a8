/** The errors for names that mean nothing here, with PostgreSQL's guesses at what was meant. */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { RangeItem, Scope } from '../../context/scope.ts'

/** A guess further away than this, or than half the name, is not made. */
const MAX_DISTANCE = 3

interface Guess {
  readonly item: RangeItem
  readonly column: string
}

interface Guesses {
  distance: number
  list: Guess[]
  /** Exactly that name, but out of reach from here. */
  hidden: Guess | undefined
}

export function missingColumn(
  scope: Scope,
  item: RangeItem | undefined,
  name: string,
  position: number | undefined,
): SqlError {
  const message =
    item === undefined
      ? `column "${name}" does not exist`
      : `column ${item.alias}.${name} does not exist`
  const guesses = collectGuesses(scope, item, name)
  if (guesses.hidden !== undefined) {
    const table = guesses.hidden.item.alias
    return new SqlError('42703', message, {
      detail: `There is a column named "${name}" in table "${table}", but it cannot be referenced from this part of the query.`,
      position,
    })
  }
  return new SqlError('42703', message, { hint: hintFor(guesses.list), position })
}

function hintFor(list: readonly Guess[]): string | undefined {
  const [first, second] = list
  if (first === undefined || list.length > 2) return undefined
  const written = (guess: Guess): string => `"${guess.item.alias}.${guess.column}"`
  if (second === undefined) {
    return `Perhaps you meant to reference the column ${written(first)}.`
  }
  return `Perhaps you meant to reference the column ${written(first)} or the column ${written(second)}.`
}

function collectGuesses(scope: Scope, only: RangeItem | undefined, name: string): Guesses {
  const guesses: Guesses = { distance: MAX_DISTANCE + 1, list: [], hidden: undefined }
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    for (const item of level.items) {
      if (item.alias === '') continue
      const penalty = only === undefined || item === only ? 0 : distance(only.alias, item.alias)
      for (const column of item.names) {
        if (column === name && only === undefined && !isReachable(item, level)) {
          guesses.hidden ??= { item, column }
          continue
        }
        offer(guesses, { item, column }, name, penalty)
      }
    }
  }
  return guesses
}

function isReachable(item: RangeItem, level: Scope): boolean {
  return item.columnsVisible && (!item.lateralOnly || level.lateralActive)
}

function offer(guesses: Guesses, guess: Guess, name: string, penalty: number): void {
  if (guess.column === '') return
  const letters = distance(name, guess.column)
  const away = letters + penalty
  if (letters > Math.floor(name.length / 2) || away > MAX_DISTANCE) return
  if (away < guesses.distance) {
    guesses.distance = away
    guesses.list = [guess]
  } else if (away === guesses.distance) {
    guesses.list.push(guess)
  }
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      const insert = (row[j - 1] ?? 0) + 1
      const remove = (previous[j] ?? 0) + 1
      row.push(Math.min(insert, remove, (previous[j - 1] ?? 0) + same))
    }
    previous = row
  }
  return previous[b.length] ?? 0
}

export function missingTable(scope: Scope, name: string, position: number | undefined): SqlError {
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    for (const item of level.items) {
      if (item.alias === name) return outOfReach(name, item.lateralOnly, position)
      if (item.relation?.name === name) {
        return new SqlError('42P01', `invalid reference to FROM-clause entry for table "${name}"`, {
          hint: `Perhaps you meant to reference the table alias "${item.alias}".`,
          position,
        })
      }
    }
  }
  return new SqlError('42P01', `missing FROM-clause entry for table "${name}"`, { position })
}

function outOfReach(name: string, isLateral: boolean, position: number | undefined): SqlError {
  return new SqlError('42P01', `invalid reference to FROM-clause entry for table "${name}"`, {
    detail: `There is an entry for table "${name}", but it cannot be referenced from this part of the query.`,
    hint: isLateral
      ? 'To reference that table, you must mark this subquery with LATERAL.'
      : undefined,
    position,
  })
}

/**
 * One catalog of the built-in data, decoded column by column and only when somebody asks: an object that wakes up
 * for a point query never touches most of it.
 *
 * The generated files hold a table as columns. A column is a triple: its commonest value; all its values joined by
 * newlines with the commonest left empty (an empty string: every row has the commonest); the name of its type, with
 * a ! behind it when it is NOT NULL. Values are in PostgreSQL's text form, with `\N` for null, `\E` for the empty string, and `\n` and `\\` escaped.
 */
import { assert } from '../../../errors/sql-error.ts'

export interface EncodedTable {
  readonly rows: number
  readonly columns: Readonly<Record<string, readonly string[]>>
}

export class BuiltinTable {
  readonly rowCount: number
  readonly #encoded: EncodedTable
  readonly #cells = new Map<string, readonly (string | null)[]>()
  readonly #numbers = new Map<string, Float64Array>()
  readonly #positions = new Map<string, ReadonlyMap<number, number>>()
  readonly #groups = new Map<string, ReadonlyMap<string, readonly number[]>>()

  constructor(encoded: EncodedTable) {
    this.#encoded = encoded
    this.rowCount = encoded.rows
  }

  hasColumn(name: string): boolean {
    return Object.hasOwn(this.#encoded.columns, name)
  }

  get columnNames(): readonly string[] {
    return Object.keys(this.#encoded.columns)
  }

  /** pg_type name of a column, with ! behind it when it is NOT NULL. */
  columnType(name: string): string {
    return this.#encoded.columns[name]?.[2] ?? ''
  }

  /** One value as text; a column that is the same in all rows is never spread out for it. */
  cell(name: string, row: number): string | null {
    const column = this.#encoded.columns[name]
    if (column !== undefined && column[1] === '') return unescapeCell(column[0] ?? '')
    return this.cells(name)[row] ?? null
  }

  /** The column's values as text. */
  cells(name: string): readonly (string | null)[] {
    let cells = this.#cells.get(name)
    if (cells === undefined) {
      cells = this.#decode(name)
      this.#cells.set(name, cells)
    }
    return cells
  }

  /** A column of OIDs or integers (null = 0). */
  numbers(name: string): Float64Array {
    let numbers = this.#numbers.get(name)
    if (numbers === undefined) {
      numbers = Float64Array.from(this.cells(name), (cell) => Number(cell ?? 0))
      this.#numbers.set(name, numbers)
    }
    return numbers
  }

  /** The row whose unique number in `column` is `value`. */
  find(column: string, value: number): number | undefined {
    let positions = this.#positions.get(column)
    if (positions === undefined) {
      positions = new Map(Array.from(this.numbers(column), (number, row) => [number, row]))
      this.#positions.set(column, positions)
    }
    return positions.get(value)
  }

  /** Rows by the text of `column`, in order. */
  groups(column: string): ReadonlyMap<string, readonly number[]> {
    let groups = this.#groups.get(column)
    if (groups === undefined) {
      const made = new Map<string, number[]>()
      this.cells(column).forEach((cell, row) => {
        const rows = made.get(cell ?? '')
        if (rows === undefined) made.set(cell ?? '', [row])
        else rows.push(row)
      })
      groups = made
      this.#groups.set(column, groups)
    }
    return groups
  }

  #decode(name: string): readonly (string | null)[] {
    const column = this.#encoded.columns[name]
    assert(column !== undefined, `no built-in column ${name}`)
    const common = unescapeCell(column[0] ?? '')
    const text = column[1] ?? ''
    const cells: (string | null)[] = text === '' ? [] : text.split('\n')
    if (text === '') for (let i = 0; i < this.rowCount; i++) cells.push(common)
    else for (let i = 0; i < cells.length; i++) cells[i] = decodeCell(cells[i] ?? '', common)
    return cells
  }
}

function decodeCell(cell: string, common: string | null): string | null {
  if (cell === '') return common
  return cell.includes('\\') ? unescapeCell(cell) : cell
}

function unescapeCell(cell: string): string | null {
  if (cell === '\\N') return null
  if (cell === '\\E') return ''
  if (!cell.includes('\\')) return cell
  return cell.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
}

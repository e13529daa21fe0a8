/** The readers of COPY's formats under random rows, random pieces and random damage. Every seed replays. */
import { beforeAll, describe, expect, test } from 'vitest'
import { SqlError } from '../../../src/errors/sql-error.ts'
import type { CatalogSnapshot } from '../../../src/sql/catalog/catalog-snapshot.ts'
import type { EvaluationSession } from '../../../src/sql/execute/evaluation-session.ts'
import { CopyReader } from '../../../src/sql/copy/input/copy-reader.ts'
import type { InputColumn } from '../../../src/sql/copy/input/input-column.ts'
import { readCopyOptions } from '../../../src/sql/copy/options.ts'
import type { CopyOptions } from '../../../src/sql/copy/options.ts'
import { BinaryWriter } from '../../../src/sql/copy/output/binary-writer.ts'
import { CsvWriter } from '../../../src/sql/copy/output/csv-writer.ts'
import { TextWriter } from '../../../src/sql/copy/output/text-writer.ts'
import { SeededRandom } from '../../../src/storage/platform/memory/seeded-random.ts'
import { datumAt } from '../../../src/storage/vector.ts'
import { openTestClient } from '../../engine/memory-branch.ts'

const COLUMNS = 3
const SEEDS = 150
type Row = readonly (string | null)[]
type Formats = 'text' | 'csv' | 'binary'

let columns: readonly InputColumn[]
let catalog: CatalogSnapshot
const noNotice = (): void => undefined

function settingOf(name: string): string | undefined {
  return { timezone: 'UTC', datestyle: 'ISO, MDY' }[name]
}

beforeAll(async () => {
  const { database } = await openTestClient()
  catalog = database.newestCatalog
  const type = catalog.type(25 as never) // pg_type.oid of text
  const session = { setting: settingOf } as unknown as EvaluationSession // nothing else is asked for
  columns = Array.from({ length: COLUMNS }, (_, i) => ({
    name: `c${i}`,
    kind: type.kind,
    io: { session, catalog, io: database.typeIo, type, typmod: -1 },
    hasDefault: false,
    check: undefined,
    forceNull: false,
    forceNotNull: false,
  }))
})

const below = (random: SeededRandom, n: number): number => Math.floor(random.next() * n)
const CHARACTERS = [
  'a',
  'b',
  ' ',
  ',',
  '\t',
  '"',
  "'",
  '\\',
  '.',
  'N',
  '\n',
  '\r',
  '|',
  'é',
  '€',
  '😀',
  '0',
  'x',
]

function randomValue(random: SeededRandom): string | null {
  if (below(random, 6) === 0) return null
  const length = below(random, below(random, 10) === 0 ? 200 : 6)
  return Array.from({ length }, () => CHARACTERS[below(random, CHARACTERS.length)]).join('')
}

function optionsFor(random: SeededRandom, format: Formats): CopyOptions {
  const option = (name: string, value: string) =>
    ({ name, value: { kind: 'string', value }, action: 'none' }) as const
  const chosen = [option('format', format)]
  if (format !== 'binary' && below(random, 3) === 0) chosen.push(option('delimiter', '|'))
  if (format !== 'binary' && below(random, 3) === 0) chosen.push(option('null', 'NN'))
  if (format === 'csv' && below(random, 2) === 0) chosen.push(option('escape', '\\'))
  if (format === 'csv' && below(random, 3) === 0) chosen.push(option('quote', "'"))
  return readCopyOptions(chosen, 'from')
}

function write(options: CopyOptions, rows: readonly Row[]): Uint8Array {
  const writer =
    options.format === 'text'
      ? new TextWriter(options)
      : options.format === 'csv'
        ? new CsvWriter(options, [])
        : new BinaryWriter()
  const encoder = new TextEncoder()
  const parts: Uint8Array[] = []
  const add = (bytes: Uint8Array | undefined) => void (bytes && parts.push(bytes.slice()))
  add(writer.header([]))
  for (const row of rows) {
    const isBinary = options.format === 'binary'
    add(
      writer.row(
        isBinary
          ? row
              .map((value) => value && encoder.encode(value))
              .map((v) => (v === '' ? new Uint8Array() : v))
          : row,
      ),
    )
  }
  add(writer.trailer())
  return Buffer.concat(parts)
}

interface Outcome {
  readonly rows: readonly Row[]
  readonly error: string | undefined
}

function read(copy: CopyOptions, bytes: Uint8Array, random: SeededRandom | undefined): Outcome {
  const reader = new CopyReader({ relation: 't', copy, columns, notice: () => undefined })
  let at = 0
  const input = {
    // oxlint-disable-next-line require-yield -- all data are here
    *read() {
      if (at >= bytes.length) return undefined
      const length = random === undefined ? bytes.length : 1 + below(random, 12)
      const piece = bytes.subarray(at, at + length)
      at += length
      return piece
    },
  }
  const rows: Row[] = []
  try {
    for (const item of reader.batches(input)) {
      if (item.kind !== 'batch') continue
      for (let row = 0; row < item.length; row++) {
        rows.push(item.columns.map((column) => datumAt(column, row) as string | null)) // texts
      }
    }
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    return { rows, error: `${error.code} ${error.message} ${error.fields.where}` }
  }
  return { rows, error: undefined }
}

describe.each(['text', 'csv', 'binary'] as const)('%s', (format) => {
  test('what is written is read again, whatever pieces it comes in', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = new SeededRandom(seed)
      const options = optionsFor(random, format)
      const rows = Array.from({ length: below(random, 12) }, () =>
        Array.from({ length: COLUMNS }, () => randomValue(random)),
      )
      const bytes = write(options, rows)
      expect(read(options, bytes, undefined), `seed ${seed}`).toEqual({ rows, error: undefined })
      expect(read(options, bytes, random), `seed ${seed}`).toEqual({ rows, error: undefined })
    }
  })

  test('damaged data are read, or refused with an error; pieces make no difference', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = new SeededRandom(1000 + seed)
      const options = optionsFor(random, format)
      const rows = Array.from({ length: 1 + below(random, 8) }, () =>
        Array.from({ length: COLUMNS }, () => randomValue(random)),
      )
      const bytes = write(options, rows)
      for (let i = 1 + below(random, 3); i > 0; i--) {
        bytes[below(random, bytes.length)] = below(random, 3) === 0 ? below(random, 256) : 92
      }
      const whole = read(options, bytes, undefined)
      expect(read(options, bytes, random), `seed ${seed}`).toEqual(whole)
    }
  })
})

test('dates and timestamps are read as their input functions read them', () => {
  const random = new SeededRandom(7)
  const options = readCopyOptions([], 'from')
  const types = [1082, 1114, 1184].map((oid) => catalog.type(oid as never)) // date, timestamp, timestamptz
  for (let round = 0; round < 3000; round++) {
    const text = randomTimestamp(random)
    for (const type of types) {
      const column = { ...columns[0]!, kind: type.kind, io: { ...columns[0]!.io, type } }
      const reader = new CopyReader({
        relation: 't',
        copy: options,
        columns: [column],
        notice: noNotice,
      })
      let hasRead = false
      const input = {
        // oxlint-disable-next-line require-yield -- all data are here
        *read() {
          if (hasRead) return undefined
          hasRead = true
          return Buffer.from(`${text}\n`)
        },
      }
      const found = outcome(() => {
        for (const item of reader.batches(input)) {
          if (item.kind === 'batch') return datumAt(item.columns[0]!, 0)
        }
        return null
      })
      const expected = outcome(() => column.io.io.findInput(type.input)!(text, column.io))
      expect(found, `${type.name} ${text}`).toEqual(expected)
    }
  }
})

function outcome(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    return `${error.code} ${error.message}`
  }
}

/** Mostly well written, sometimes not quite. */
function randomTimestamp(random: SeededRandom): string {
  const two = (most: number): string => String(below(random, most)).padStart(2, '0')
  const year = String(1 + below(random, below(random, 4) === 0 ? 9999 : 2400)).padStart(4, '0')
  let text = `${year}-${two(14)}-${two(33)}`
  if (below(random, 6) > 0) text += ` ${two(25)}:${two(61)}:${two(61)}`
  if (below(random, 2) === 0) text += `.${below(random, 10 ** below(random, 9))}`
  if (below(random, 2) === 0) text += (below(random, 2) === 0 ? '+' : '-') + two(17)
  if (below(random, 4) === 0) text += `:${two(62)}`
  if (below(random, 10) > 0) return text
  const at = below(random, text.length)
  return text.slice(0, at) + ('x- '[below(random, 3)] ?? '') + text.slice(at + 1)
}

test('a batch is full, and goes on', () => {
  const options = readCopyOptions([], 'from')
  const rows = Array.from({ length: 5000 }, (_, i) => [`${i}`, null, 'x'.repeat(i % 40)])
  expect(read(options, write(options, rows), undefined).rows).toEqual(rows)
})

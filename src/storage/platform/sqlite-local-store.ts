/**
 * The local store on SQLite: in a Durable Object, or in Node.
 *
 * A row written costs money, so every kind of row has an integer key that *is* the SQLite row id and there are no
 * secondary indexes:
 *
 *   log    id = lsn * 4096 + part                        final, bytes
 *   pages  id = layer number * 2^33 + offset + chunk     size (of the whole page, chunk 0 only), final, bytes
 *   spill  id = file * 2^32 + segment * 2^8 + chunk      final, bytes
 *   layers id, name   and   vals(name, chunk, bytes)     few
 *
 * Page offsets are multiples of 8, so chunks 0..7 of a page fit between two of them. All keys stay below 2^53,
 * beyond which a Durable Object rounds integers.
 */
import { assert } from '../../errors/sql-error.ts'
import { MAX_LOG_PARTS, chunksOf, concatBytes } from './local-store.ts'
import type { LocalStore, LogRow } from './local-store.ts'
import type { SqlDatabase, SqlRow } from './sql-database.ts'

const PAGE_SLOTS = 2 ** 33
const PAGE_CHUNKS = 8
const SPILL_SLOTS = 2 ** 32
const SPILL_CHUNKS = 2 ** 8
/** Log rows read in one go: bounds memory during recovery of a long tail. */
const LOG_READ_ROWS = 64
/** Pages looked at in one go when evicting. */
const EVICT_ROWS = 256
/** More layer names than this are cleaned up when the store opens. */
const LAYERS_MOST = 2000

const SCHEMA = [
  'CREATE TABLE IF NOT EXISTS log (id INTEGER PRIMARY KEY, final INTEGER NOT NULL, bytes BLOB NOT NULL)',
  'CREATE TABLE IF NOT EXISTS pages (id INTEGER PRIMARY KEY, size INTEGER NOT NULL, final INTEGER NOT NULL, bytes BLOB NOT NULL)',
  'CREATE TABLE IF NOT EXISTS spill (id INTEGER PRIMARY KEY, final INTEGER NOT NULL, bytes BLOB NOT NULL)',
  'CREATE TABLE IF NOT EXISTS layers (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)',
  'CREATE TABLE IF NOT EXISTS vals (name TEXT NOT NULL, chunk INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (name, chunk)) WITHOUT ROWID',
]

export class SqliteLocalStore implements LocalStore {
  readonly #database: SqlDatabase
  readonly #layers = new Map<string, number>()
  #nextLayer = 1
  /** Undefined until it is asked for: counting reads a row of every page, which waking must not pay for. */
  #pageBytes: number | undefined

  constructor(database: SqlDatabase) {
    this.#database = database
    for (const statement of SCHEMA) database.query(statement)
    this.#readState()
    if (this.#layers.size > LAYERS_MOST) this.#dropEmptyLayers()
  }

  /** Names of layers none of whose pages are left. A number may be used again: nothing lies below it. */
  #dropEmptyLayers(): void {
    this.#database.query(
      'DELETE FROM layers WHERE NOT EXISTS (SELECT 1 FROM pages WHERE pages.id >= layers.id * ? AND pages.id < (layers.id + 1) * ?)',
      PAGE_SLOTS,
      PAGE_SLOTS,
    )
    this.#readState()
  }

  /** What is kept in memory beside the database; read again when a transaction was undone. */
  #readState(): void {
    this.#layers.clear()
    this.#nextLayer = 1
    for (const [id, name] of this.#database.query('SELECT id, name FROM layers ORDER BY id')) {
      this.#layers.set(text(name), number(id))
      this.#nextLayer = number(id) + 1
    }
    this.#pageBytes = undefined
  }

  transaction<T>(work: () => T): T {
    try {
      return this.#database.transaction(work)
    } catch (error) {
      this.#readState()
      throw error
    }
  }

  sync(): Promise<void> {
    return this.#database.sync()
  }

  appendLog(row: LogRow): void {
    assert(row.part < MAX_LOG_PARTS, 'log record has too many parts')
    this.#database.query(
      'INSERT INTO log (id, final, bytes) VALUES (?, ?, ?)',
      row.lsn * MAX_LOG_PARTS + row.part,
      row.final ? 1 : 0,
      row.bytes,
    )
  }

  *readLog(after: number): Iterable<LogRow> {
    let last = (after + 1) * MAX_LOG_PARTS - 1
    for (;;) {
      const rows = this.#database.query(
        'SELECT id, final, bytes FROM log WHERE id > ? ORDER BY id LIMIT ?',
        last,
        LOG_READ_ROWS,
      )
      for (const [id, final, bytes] of rows) {
        last = number(id)
        const lsn = Math.floor(last / MAX_LOG_PARTS)
        yield { lsn, part: last % MAX_LOG_PARTS, final: final === 1, bytes: blob(bytes) }
      }
      if (rows.length < LOG_READ_ROWS) return
    }
  }

  trimLog(through: number): void {
    this.#database.query('DELETE FROM log WHERE id < ?', (through + 1) * MAX_LOG_PARTS)
  }

  truncateLog(last: number): void {
    this.#database.query('DELETE FROM log WHERE id >= ?', (last + 1) * MAX_LOG_PARTS)
  }

  getValue(key: string): Uint8Array | undefined {
    const rows = this.#database.query('SELECT bytes FROM vals WHERE name = ? ORDER BY chunk', key)
    return rows.length === 0 ? undefined : concatBytes(rows.map((row) => blob(row[0])))
  }

  putValue(key: string, bytes: Uint8Array): void {
    this.deleteValue(key)
    for (const [chunk, part] of chunksOf(bytes).entries()) {
      const insert = 'INSERT INTO vals (name, chunk, bytes) VALUES (?, ?, ?)'
      this.#database.query(insert, key, chunk, part)
    }
  }

  deleteValue(key: string): void {
    this.#database.query('DELETE FROM vals WHERE name = ?', key)
  }

  getPage(layer: string, offset: number): Uint8Array | undefined {
    const number = this.#layers.get(layer)
    if (number === undefined) return undefined
    return this.#getChunked('pages', number * PAGE_SLOTS + offset)
  }

  hasPage(layer: string, offset: number): boolean {
    const number = this.#layers.get(layer)
    if (number === undefined) return false
    const query = 'SELECT 1 FROM pages WHERE id = ?'
    return this.#database.query(query, number * PAGE_SLOTS + offset).length > 0
  }

  putPage(layer: string, offset: number, bytes: Uint8Array): void {
    const chunks = chunksOf(bytes)
    // A page too large for its slots is simply not cached.
    if (chunks.length > PAGE_CHUNKS) return
    const id = this.#layerNumber(layer) * PAGE_SLOTS + offset
    for (const [chunk, part] of chunks.entries()) {
      const inserted = this.#database.query(
        'INSERT INTO pages (id, size, final, bytes) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id',
        id + chunk,
        part.length,
        chunk === chunks.length - 1 ? 1 : 0,
        part,
      )
      // It is there already: layers never change.
      if (inserted.length === 0) return
    }
    this.#countBytes(bytes.length)
  }

  deletePage(layer: string, offset: number): void {
    const number = this.#layers.get(layer)
    if (number !== undefined) this.#deletePageAt(number * PAGE_SLOTS + offset)
  }

  #deletePageAt(id: number): void {
    const last = id + PAGE_CHUNKS - 1
    const sizes = this.#database.query('SELECT size FROM pages WHERE id BETWEEN ? AND ?', id, last)
    if (sizes.length === 0) return
    for (const [size] of sizes) this.#countBytes(-number(size))
    this.#database.query('DELETE FROM pages WHERE id BETWEEN ? AND ?', id, last)
  }

  pageBytes(): number {
    if (this.#pageBytes === undefined) {
      const [sum] = this.#database.query('SELECT coalesce(sum(size), 0) FROM pages')
      this.#pageBytes = number(sum?.[0])
    }
    return this.#pageBytes
  }

  #countBytes(bytes: number): void {
    if (this.#pageBytes !== undefined) this.#pageBytes += bytes
  }

  evictPages(bytes: number, where: number): void {
    const target = this.pageBytes() - bytes
    const last = this.#database.query('SELECT coalesce(max(id), 0) FROM pages')[0]
    const first = this.#database.query('SELECT coalesce(min(id), 0) FROM pages')[0]
    const span = number(last?.[0]) - number(first?.[0])
    let from = number(first?.[0]) + Math.floor(where * span)
    while (this.pageBytes() > target && this.pageBytes() > 0) {
      const select = 'SELECT id FROM pages WHERE id >= ? ORDER BY id LIMIT ?'
      const rows = this.#database.query(select, from, EVICT_ROWS)
      if (rows.length === 0 && from <= 0) return
      for (const [id] of rows) {
        if (this.pageBytes() <= target) return
        this.#deletePageAt(number(id) - (number(id) % PAGE_CHUNKS))
      }
      from = rows.length === 0 ? 0 : number(rows.at(-1)?.[0]) + 1
    }
  }

  putSpill(file: number, id: number, bytes: Uint8Array): void {
    const chunks = chunksOf(bytes)
    assert(chunks.length <= SPILL_CHUNKS, 'spill segment too large')
    for (const [chunk, part] of chunks.entries()) {
      this.#database.query(
        'INSERT OR REPLACE INTO spill (id, final, bytes) VALUES (?, ?, ?)',
        file * SPILL_SLOTS + id * SPILL_CHUNKS + chunk,
        chunk === chunks.length - 1 ? 1 : 0,
        part,
      )
    }
  }

  getSpill(file: number, id: number): Uint8Array | undefined {
    return this.#getChunked('spill', file * SPILL_SLOTS + id * SPILL_CHUNKS)
  }

  deleteSpill(file: number): void {
    const first = file * SPILL_SLOTS
    const drop = 'DELETE FROM spill WHERE id BETWEEN ? AND ?'
    this.#database.query(drop, first, first + SPILL_SLOTS - 1)
  }

  clearSpill(): void {
    this.#database.query('DELETE FROM spill')
  }

  /** Almost always one row, found by its row id. */
  #getChunked(table: 'pages' | 'spill', first: number): Uint8Array | undefined {
    const chunks: Uint8Array[] = []
    for (let id = first; ; id++) {
      const row = this.#database.query(`SELECT final, bytes FROM ${table} WHERE id = ?`, id)[0]
      if (row === undefined) return undefined
      chunks.push(blob(row[1]))
      if (row[0] === 1) return concatBytes(chunks)
    }
  }

  #layerNumber(layer: string): number {
    let number = this.#layers.get(layer)
    if (number === undefined) {
      number = this.#nextLayer++
      this.#database.query('INSERT OR REPLACE INTO layers (id, name) VALUES (?, ?)', number, layer)
      this.#layers.set(layer, number)
    }
    return number
  }
}

// The columns have the types that SCHEMA gave them.
function number(value: SqlRow[number] | undefined): number {
  return value as number
}

function text(value: SqlRow[number] | undefined): string {
  return value as string
}

function blob(value: SqlRow[number] | undefined): Uint8Array {
  return value as Uint8Array
}

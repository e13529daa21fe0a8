/**
 * Connections that are too large to stay with their sockets, in the object's key-value storage: a value there may have 2 MB, so
 * each is cut into pieces.
 *
 *   connection/<process id>/<piece>     UTF-8 of JSON in which maps, sets, bigints and bytes are told apart
 */
import type { SyncKvStorage } from '@cloudflare/workers-types'
import type { SavedConnection } from '../wire/connection-host.ts'

const PREFIX = 'connection/'
const PIECE_BYTES = 1 << 20
/** A session larger than this is not put away: it keeps its object awake. */
const MAX_BYTES = 48 << 20
/** Marks what JSON has no word for. */
const TAG = '$'

export class SavedStates {
  readonly #storage: SyncKvStorage

  constructor(storage: SyncKvStorage) {
    this.#storage = storage
  }

  /** How many pieces there are now; undefined when it is too large. */
  put(processId: number, saved: SavedConnection): number | undefined {
    const bytes = new TextEncoder().encode(JSON.stringify(saved, replace))
    if (bytes.length > MAX_BYTES) return undefined
    this.delete(processId)
    const pieces = Math.ceil(bytes.length / PIECE_BYTES)
    for (let i = 0; i < pieces; i++) {
      this.#storage.put(keyOf(processId, i), bytes.slice(i * PIECE_BYTES, (i + 1) * PIECE_BYTES))
    }
    return pieces
  }

  /** undefined when a piece is missing. */
  get(processId: number, pieces: number): SavedConnection | undefined {
    const decoder = new TextDecoder()
    let text = ''
    for (let i = 0; i < pieces; i++) {
      const piece = this.#storage.get<Uint8Array>(keyOf(processId, i))
      if (piece === undefined) return undefined
      text += decoder.decode(piece, { stream: true })
    }
    return JSON.parse(text + decoder.decode(), revive) as SavedConnection // put() wrote it
  }

  delete(processId: number): void {
    this.#deleteAll(`${PREFIX}${processId}/`)
  }

  /** Of connections that a crash has cut off. */
  deleteOthers(isAlive: (processId: number) => boolean): void {
    for (const key of this.#keys(PREFIX)) {
      if (!isAlive(Number(key.split('/')[1]))) this.#storage.delete(key)
    }
  }

  #deleteAll(prefix: string): void {
    for (const key of this.#keys(prefix)) this.#storage.delete(key)
  }

  #keys(prefix: string): readonly string[] {
    return [...this.#storage.list({ prefix })].map(([key]) => key)
  }
}

function keyOf(processId: number, piece: number): string {
  return `${PREFIX}${processId}/${piece}`
}

function replace(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { [TAG]: 'bigint', value: String(value) }
  if (value instanceof Map) return { [TAG]: 'map', value: [...value] }
  if (value instanceof Set) return { [TAG]: 'set', value: [...value] }
  if (value instanceof Uint8Array) return { [TAG]: 'bytes', value: [...value] }
  return value
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !(TAG in value)) return value
  const { [TAG]: kind, value: inner } = value as unknown as { [TAG]: string; value: never } // replace() made it
  if (kind === 'bigint') return BigInt(inner)
  if (kind === 'map') return new Map(inner)
  return kind === 'set' ? new Set(inner) : new Uint8Array(inner)
}

/** Pages and log records survive encoding; their bytes are pinned, since layers outlive the program. */
import { describe, expect, it } from 'vitest'
import type { Lsn, TreeId } from '../../src/storage/access.ts'
import {
  columnValues,
  vectorOfRange,
  writeRange,
  newColumn,
} from '../../src/storage/page/column.ts'
import { crc32c } from '../../src/storage/page/crc32c.ts'
import { newEpoch } from '../../src/storage/page/node.ts'
import type { LargeValue, LeafNode, PageNode } from '../../src/storage/page/node.ts'
import {
  OVERFLOW_CHUNK_BYTES,
  decodeLeafParts,
  decodePage,
  encodePage,
} from '../../src/storage/page/page-codec.ts'
import { releaseBytes } from '../../src/storage/release-bytes.ts'
import { appendRows, newLeaf } from '../../src/storage/tree/leaf-edit.ts'
import { decodeLogRecord, encodeLogRecord } from '../../src/storage/transaction/log-record.ts'
import type { LogRecord } from '../../src/storage/transaction/log-record.ts'
import { readLargeValue } from '../../src/storage/read/large-value.ts'
import { batch, vectorOf } from '../../src/storage/vector.ts'
import type { ColumnKind, Datum } from '../../src/storage/vector.ts'
import { BOX_CODEC, Box, ForgetfulPages, randomOf, rowsOf, run } from './harness.ts'

function leafOf(kinds: readonly ColumnKind[], columns: readonly (Datum | null)[][]): LeafNode {
  const length = columns[0]!.length
  const leaf = newLeaf(kinds, newEpoch(), length)
  const rowIds = Float64Array.from({ length }, (_, row) => 10 + row * 3)
  const vectors = kinds.map((kind, i) => vectorOf(kind, columns[i]!))
  appendRows(leaf, { rowIds, columns: vectors }, 0, length, 0)
  return leaf
}

function roundTrip(leaf: LeafNode, pages = new ForgetfulPages()): LeafNode {
  const bytes = encodePage(leaf, {
    codec: BOX_CODEC,
    addressOf: () => {
      throw new Error('a leaf has no children')
    },
    writeOverflow: (overflow) => pages.append(overflow),
  })
  // As one page of many in a bigger buffer, at an odd place.
  const shifted = new Uint8Array(bytes.length + 3)
  shifted.set(bytes, 3)
  const node = decodePage(shifted.subarray(3), BOX_CODEC, crc32c(bytes))
  expect(node.kind).toBe('leaf')
  return node as LeafNode
}

function valuesOf(leaf: LeafNode): (Datum | null)[][] {
  const vectors = leaf.columns.map((column) => vectorOfRange(column, 0, leaf.length))
  return rowsOf([batch(vectors, leaf.length)])
}

const TEXTS: Record<string, (string | null)[]> = {
  ascii: ['', 'a', null, 'hello world', 'x'.repeat(4000)],
  accents: ['é', 'ß', null, 'naïve', '中文字符', '\ufeffmark'],
  surrogates: ['😀', 'a😀b', '\u{10ffff}', null, ''],
  dictionary: Array.from({ length: 100 }, (_, i) => [null, 'é', 'blue', 'green'][i % 4]!),
  'wide dictionary': Array.from({ length: 1000 }, (_, i) => `value ${i % 400}`),
  'all null': [null, null, null],
}

const NUMBERS: Record<string, [ColumnKind, (Datum | null)[]]> = {
  'int32 constant': ['int32', [7, 7, 7]],
  'int32 narrow': ['int32', [-100, 100, null, 3]],
  'int32 16 bits': ['int32', [-30000, 30000, 0]],
  'int32 full': ['int32', [-2147483648, 2147483647, null]],
  'int64 narrow': ['int64', [1_700_000_000_000_001, 1_700_000_000_000_200, null]],
  'int64 32 bits': ['int64', [-5, 4_000_000_000]],
  'int64 full': ['int64', [-9007199254740991, 9007199254740991, 0]],
  bigint: ['int64', [-9223372036854775808n, 9223372036854775807n, 5, null]],
  float64: ['float64', [NaN, -Infinity, Infinity, 1.5, null, 5e-324]],
  bool: ['bool', [true, false, null, true]],
  datum: ['datum', [new Box('one'), null, new Box('')]],
}

describe('leaf pages', () => {
  for (const [name, values] of Object.entries(TEXTS)) {
    it(`text, ${name}`, () => {
      const leaf = roundTrip(leafOf(['text'], [values]))
      expect(leaf.columns[0]!.values).toBeUndefined()
      expect(valuesOf(leaf)).toEqual(values.map((value) => [value]))
    })
  }
  for (const [name, [kind, values]] of Object.entries(NUMBERS)) {
    it(name, () => {
      const leaf = roundTrip(leafOf([kind], [values]))
      expect(valuesOf(leaf)).toEqual(values.map((value) => [value]))
      expect([...leaf.rowIds]).toEqual(values.map((_, row) => 10 + row * 3))
    })
  }

  it('a column that is not asked for is not decoded', () => {
    const leaf = roundTrip(leafOf(['text', 'text'], [['a'], ['b']]))
    columnValues(leaf.columns[1]!)
    expect(leaf.columns[0]!.values).toBeUndefined()
  })

  it('large values go to overflow pages and come back whole', () => {
    const pages = new ForgetfulPages()
    const text = 'ü😀'.repeat(OVERFLOW_CHUNK_BYTES / 4)
    const box = new Box('z'.repeat(5000))
    const leaf = roundTrip(
      leafOf(
        ['text', 'datum'],
        [
          [text, 'short'],
          [null, box],
        ],
      ),
      pages,
    )
    const [large] = columnValues(leaf.columns[0]!) as LargeValue[]
    expect(large!.kind).toBe('large-value')
    expect(large!.chunks.length).toBeGreaterThan(1)
    expect(large!.prefix).toBe('ü😀'.repeat(8))
    const context = { source: pages, codec: BOX_CODEC }
    expect(run(readLargeValue(large!, context), pages)).toBe(text)
    const datum = columnValues(leaf.columns[1]!)[1] as unknown as LargeValue
    expect(run(readLargeValue(datum, context), pages)).toEqual(box)
    // Written again, the page keeps the addresses and writes no chunk anew.
    const written = pages.bytes.size
    const again = roundTrip(leaf, pages)
    expect(columnValues(again.columns[0]!)[0]).toEqual(large)
    expect(pages.bytes.size).toBe(written)
  })

  it('random leaves', () => {
    for (let seed = 1; seed < 30; seed++) {
      const random = randomOf(seed)
      const rows = 1 + Math.floor(random() * 300)
      const column = (make: () => Datum): (Datum | null)[] =>
        Array.from({ length: rows }, () => (random() < 0.2 ? null : make()))
      const spread = 10 ** Math.floor(random() * 15)
      const columns = [
        column(() => Math.floor((random() - 0.5) * spread)),
        column(() => String.fromCodePoint(65 + Math.floor(random() * 70000)).normalize()),
        column(() => Math.floor(random() * 1e6) | 0),
        column(() => random()),
      ]
      const clean = columns.map((c) => c.map((v) => (typeof v === 'string' ? v.toWellFormed() : v)))
      const leaf = roundTrip(leafOf(['int64', 'text', 'int32', 'float64'], clean))
      expect(valuesOf(leaf)).toEqual(clean[0]!.map((_, row) => clean.map((c) => c[row]!)))
    }
  })
})

describe('parts of a leaf', () => {
  const kinds: readonly ColumnKind[] = [
    'bool',
    'text',
    'int32',
    'float64',
    'datum',
    'int64',
    'text',
  ]

  /** 600 rows, so that nothing is too small to be released. */
  function columnsOf(spread: number): (Datum | null)[][] {
    const column = (make: (row: number) => Datum, hasNulls: boolean): (Datum | null)[] =>
      Array.from({ length: 600 }, (_, row) => (hasNulls && row % 7 === 3 ? null : make(row)))
    return [
      column((row) => row % 3 === 0, true),
      column((row) => `é ${row % 5}`, false),
      column((row) => Math.trunc(row * spread) | 0, true),
      column((row) => row / 3, false),
      column((row) => new Box(`box ${row}`), true),
      column((row) => Math.trunc(row * spread * 4096), false),
      column((row) => `text ${row * spread}`, true),
    ]
  }

  for (const spread of [0, 0.1, 50, 1e5, 1e9]) {
    it(`alone and together, numbers ${spread} apart`, () => {
      const columns = columnsOf(spread)
      const bytes = encodePage(leafOf(kinds, columns), {
        codec: BOX_CODEC,
        addressOf: () => {
          throw new Error('a leaf has no children')
        },
        writeOverflow: () => {
          throw new Error('nothing is large')
        },
      })
      for (const positions of [[], [6], [4, 0], [3, 5, 2], [0, 1, 2, 3, 4, 5, 6]]) {
        for (const rowIds of [false, true]) {
          const copy = bytes.slice()
          const leaf = decodeLeafParts(copy, { positions, rowIds }, BOX_CODEC)
          // It must not need them any more.
          releaseBytes(copy)
          expect(copy.length).toBe(0)
          if (leaf === undefined) throw new Error('it is a leaf')
          for (const position of positions) {
            const values = vectorOfRange(leaf.columns[position]!, 0, leaf.length)
            expect(rowsOf([batch([values], leaf.length)])).toEqual(
              columns[position]!.map((value) => [value]),
            )
          }
          if (rowIds) expect([...leaf.rowIds]).toEqual(columns[0]!.map((_, row) => 10 + row * 3))
          const other = kinds.findIndex((_, position) => !positions.includes(position))
          if (other >= 0) expect(() => columnValues(leaf.columns[other]!)).toThrow('not asked for')
        }
      }
    })
  }
})

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('formats are pinned', () => {
  const writer = {
    codec: BOX_CODEC,
    addressOf: () => ({ layer: 'layer-1', offset: 4096, length: 100, checksum: 0xdeadbeef }),
    writeOverflow: () => {
      throw new Error('nothing is large')
    },
  }

  it('CRC-32C', () => {
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283)
    const bytes = new TextEncoder().encode('1234567890123456789')
    expect(crc32c(bytes.subarray(7), crc32c(bytes.subarray(0, 7)))).toBe(crc32c(bytes))
  })

  it('leaf', () => {
    const leaf = leafOf(
      ['int32', 'text', 'bool', 'datum'],
      [
        [1, null, 300],
        ['é', 'b', null],
        [true, false, null],
        [null, new Box('x'), null],
      ],
    )
    expect(hex(encodePage(leaf, writer))).toMatchInlineSnapshot(
      `"4c5001010300000004000000000000000100000000000024400000000000000000030601010202000000000000000000010000002c010401040000000000000001000000020000000200000003000000c3a962000104000001000005010500000000000001000000010000000100000078"`,
    )
  })

  it('interior', () => {
    const leaf = leafOf(['text'], [['k']])
    const bytes = encodePage(
      {
        kind: 'interior',
        owner: undefined,
        written: undefined,
        level: 1,
        children: [
          {
            firstKey: ['k', null, 2n ** 60n],
            firstRowId: 10,
            rowCount: 1,
            zone: { mins: [1.5, undefined], maxs: [true, new Box('m')] },
            pointer: leaf,
          },
        ],
      },
      writer,
    )
    expect(hex(bytes)).toMatchInlineSnapshot(
      `"4c5001020101000000070000006c617965722d31000000000000b04064000000efbeadde000000000000f03f00000000000024400300020006010000006b0105000000000000001004000000000000f83f030007010000006d"`,
    )
    const node = decodePage(bytes, BOX_CODEC) as Extract<PageNode, { kind: 'interior' }>
    expect(node.children[0]).toEqual({
      firstKey: ['k', null, 2n ** 60n],
      firstRowId: 10,
      rowCount: 1,
      zone: { mins: [1.5, undefined], maxs: [true, new Box('m')] },
      pointer: writer.addressOf(),
    })
  })

  it('log record', () => {
    const bytes = encodeLogRecord(RECORD, BOX_CODEC)
    expect(hex(bytes)).toMatchInlineSnapshot(
      `"4c520100d0cd31cb00000000000045400000000000001c4000008056febc784201000000000000000000d040010500000000000000100800000000000000000000d0402b0000007b226b696e64223a227461626c65222c22636f6c756d6e73223a5b22696e743634222c2274657874225d7d02000000000000d0400200000001000000000000f03f0001020002010201000000000000000005000401020000000100000001000000010000006103000000000000d0400200000001000000000000f03f0000000000000102000201020100000000000000000500040102000000010000000100000001000000610200020102010000000000000000000000000005000401020000000100000001000000010000006104000000000000d0400200000001000000000000f03f00000000000001020002010201000000000000000005000401020000000100000001000000010000006105000000004000d0400200000001000000000000f03f00000000000001020002010201000000000000000005000401020000000100000001000000010000006106000000004000d0400200000001000000000000f03f00000000000001020002010201000000000000000005000401020000000100000001000000010000006101000000004000d04007000010000000d042000000000000d040"`,
    )
    expect(decodeLogRecord(bytes, BOX_CODEC)).toEqual(RECORD)
  })
})

const [TREE, INDEX] = [16384 as TreeId, 16385 as TreeId]
const ROW = batch([vectorOf('int64', [5, null]), vectorOf('text', ['a', null])], 2)
const IDS = Float64Array.of(1, 2)
const RECORD: LogRecord = {
  lsn: 42 as Lsn,
  transactionId: 7,
  commitTimeMs: 1_700_000_000_000,
  operations: [
    { kind: 'create-tree', tree: TREE, schema: { kind: 'table', columns: ['int64', 'text'] } },
    { kind: 'insert-rows', tree: TREE, rowIds: IDS, after: ROW },
    { kind: 'update-rows', tree: TREE, rowIds: IDS, before: ROW, after: ROW },
    { kind: 'delete-rows', tree: TREE, rowIds: IDS, before: ROW },
    { kind: 'insert-keys', tree: INDEX, rowIds: IDS, keys: ROW },
    { kind: 'delete-keys', tree: INDEX, rowIds: IDS, keys: ROW },
    { kind: 'drop-tree', tree: INDEX },
    { kind: 'clone-tree', tree: (2 ** 46 + 16384) as TreeId, source: TREE },
  ],
  sequences: [[TREE, { lastValue: 2n ** 60n, isCalled: true }]],
}

describe('damage is noticed', () => {
  it('pages', () => {
    const bytes = encodePage(leafOf(['int32'], [[1, 2]]), {
      codec: BOX_CODEC,
      addressOf: () => ({ layer: '', offset: 0, length: 0, checksum: 0 }),
      writeOverflow: () => ({ layer: '', offset: 0, length: 0, checksum: 0 }),
    })
    const checksum = crc32c(bytes)
    for (let at = 0; at < bytes.length; at++) {
      const broken = bytes.slice()
      broken[at]! ^= 4
      expect(() => decodePage(broken, BOX_CODEC, checksum)).toThrow('damaged page')
    }
    const newer = bytes.slice()
    newer[2] = 99
    expect(() => decodePage(newer, BOX_CODEC)).toThrow('damaged page: unknown version 99')
    expect(() => decodePage(bytes.subarray(0, 20), BOX_CODEC)).toThrow('ends too early')
  })

  it('log records', () => {
    const bytes = encodeLogRecord(RECORD, BOX_CODEC)
    for (let at = 0; at < bytes.length; at++) {
      if (at === 3) continue // reserved
      const broken = bytes.slice()
      broken[at]! ^= 1
      expect(() => decodeLogRecord(broken, BOX_CODEC)).toThrow('damaged log record')
    }
  })
})

describe('columns', () => {
  it('int64 widens to bigint and takes numbers afterwards', () => {
    const column = newColumn('int64', 4)
    writeRange(column, 0, vectorOf('int64', [1, null]), 0, 2)
    writeRange(column, 2, vectorOf('int64', [2n ** 62n, 9]), 0, 2)
    expect(column.values).toBeInstanceOf(BigInt64Array)
    writeRange(column, 2, vectorOf('int64', [3]), 0, 1)
    expect(rowsOf([batch([vectorOfRange(column, 0, 4)], 4)])).toEqual([[1], [null], [3], [9]])
  })
})

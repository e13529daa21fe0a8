/**
 * Makes the two generated files of src/sql/parse/libpg-query from the installed libpg-query package:
 *
 *   pg-query.wasm                    the shipped module with its memory made small
 *   pg-query-bindings.generated.ts   which minified import and export name stands for which function
 *
 * The shipped module reserves 128 MiB, as much as a whole isolate may use; 32 of them are the C stack.
 * Moving the heap's base down leaves a stack of 4 MiB: V8's own stack runs out long before that (at
 * about 1.4 MiB), so nothing is lost. Three places know the heap base: the stack pointer's initial
 * value, one constant in code, one word of static data. test/parse compares the result with the
 * untouched package over a corpus.
 *
 * Run it as `node scripts/build-parser.ts`; it does nothing when both files are up to date.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SHIPPED_STACK_BYTES = 32 * 1024 * 1024
const STACK_BYTES = 4 * 1024 * 1024
/** 6.5 MiB: static data, stack, and a heap that serves ordinary statements without growing. */
const INITIAL_PAGES = 104
const SUPPORTED_VERSION = '18.1.5'

const scriptFolder = dirname(fileURLToPath(import.meta.url))
const outputFolder = join(scriptFolder, '../src/sql/parse/libpg-query')
const wasmPath = join(outputFolder, 'pg-query.wasm')
const bindingsPath = join(outputFolder, 'pg-query-bindings.generated.ts')

/** Where the parts of the module that we rewrite stand in the file. */
interface ModuleLayout {
  memoryMinimum: Span | undefined
  stackPointer: (Span & { value: number }) | undefined
  code: Span | undefined
  readonly dataSegments: {
    readonly address: number
    readonly start: number
    readonly length: number
  }[]
}
interface Span {
  readonly start: number
  readonly length: number
}

/** A cursor over the module's bytes: LEB128 integers, as every number in a wasm file. */
class WasmReader {
  readonly bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes
    this.at = at
  }

  byte(): number {
    const value = this.bytes[this.at++]
    if (value === undefined) throw new Error('libpg-query.wasm ends too early')
    return value
  }

  unsigned(): number {
    let result = 0
    let factor = 1
    for (;;) {
      const byte = this.byte()
      result += (byte & 0x7f) * factor
      if ((byte & 0x80) === 0) return result
      factor *= 128
    }
  }

  signed32(): number {
    let result = 0
    let shift = 0
    for (;;) {
      const byte = this.byte()
      result |= (byte & 0x7f) << shift
      shift += 7
      if ((byte & 0x80) !== 0) continue
      return shift < 32 && (byte & 0x40) !== 0 ? result | (-1 << shift) : result
    }
  }
}

const SECTION = { MEMORY: 5, GLOBAL: 6, CODE: 10, DATA: 11 } as const

function readLayout(bytes: Uint8Array): ModuleLayout {
  const layout: ModuleLayout = {
    memoryMinimum: undefined,
    stackPointer: undefined,
    code: undefined,
    dataSegments: [],
  }
  const reader = new WasmReader(bytes, 8)
  while (reader.at < bytes.length) {
    const section = reader.byte()
    const length = reader.unsigned()
    const end = reader.at + length
    if (section === SECTION.MEMORY) layout.memoryMinimum = readMemory(reader)
    else if (section === SECTION.GLOBAL) layout.stackPointer = readFirstGlobal(reader)
    else if (section === SECTION.CODE) layout.code = { start: reader.at, length }
    else if (section === SECTION.DATA) readData(reader, layout)
    reader.at = end
  }
  return layout
}

function readMemory(reader: WasmReader): Span {
  reader.unsigned() // count
  reader.unsigned() // flags
  const start = reader.at
  reader.unsigned()
  return { start, length: reader.at - start }
}

/** The first global is the C stack pointer: (global (mut i32) (i32.const heap base)). */
function readFirstGlobal(reader: WasmReader): Span & { value: number } {
  reader.unsigned() // count
  reader.at += 3 // type, mutability, i32.const
  const start = reader.at
  const value = reader.signed32()
  return { start, length: reader.at - start, value }
}

function readData(reader: WasmReader, layout: ModuleLayout): void {
  const count = reader.unsigned()
  for (let i = 0; i < count; i++) {
    reader.unsigned() // flags
    reader.byte() // i32.const
    const address = reader.signed32()
    reader.byte() // end
    const length = reader.unsigned()
    layout.dataSegments.push({ address, start: reader.at, length })
    reader.at += length
  }
}

/** LEB128 padded to exactly `length` bytes, so that the file's other offsets stay. */
function writePadded(bytes: Uint8Array, value: number, span: Span): void {
  let rest = value
  for (let i = 0; i < span.length; i++) {
    const isLast = i === span.length - 1
    bytes[span.start + i] = (rest & 0x7f) | (isLast ? 0 : 0x80)
    rest >>>= 7
  }
  if (rest !== 0) throw new Error(`${value} does not fit ${span.length} bytes`)
}

function findAll(bytes: Uint8Array, pattern: Uint8Array, span: Span): number[] {
  const haystack = Buffer.from(bytes.buffer, bytes.byteOffset + span.start, span.length)
  const found: number[] = []
  for (let at = haystack.indexOf(pattern); at >= 0; at = haystack.indexOf(pattern, at + 1)) {
    found.push(span.start + at)
  }
  return found
}

export function shrinkModule(shipped: Uint8Array): Uint8Array<ArrayBuffer> {
  const layout = readLayout(shipped)
  const { stackPointer, memoryMinimum, code } = layout
  if (!stackPointer || !memoryMinimum || !code) throw new Error('unexpected libpg-query.wasm')
  const heapBase = stackPointer.value
  const newHeapBase = heapBase - SHIPPED_STACK_BYTES + STACK_BYTES

  const original = shipped.subarray(stackPointer.start, stackPointer.start + stackPointer.length)
  const inCode = findAll(shipped, Uint8Array.from([0x41, ...original]), code)
  const word = new Uint8Array(4)
  new DataView(word.buffer).setUint32(0, heapBase, true)
  const inData = layout.dataSegments.flatMap((segment) => findAll(shipped, word, segment))
  if (inCode.length !== 1 || inData.length !== 1) {
    throw new Error('libpg-query.wasm keeps its heap base elsewhere: check the patch by hand')
  }

  const result = new Uint8Array(shipped)
  writePadded(result, newHeapBase, stackPointer)
  writePadded(result, INITIAL_PAGES, memoryMinimum)
  for (const at of inCode) {
    writePadded(result, newHeapBase, { start: at + 1, length: original.length })
  }
  for (const at of inData) new DataView(result.buffer).setUint32(at, newHeapBase, true)
  return result
}

/** C functions we call, by their name in the shipped loader. */
const EXPORTED_FUNCTIONS = {
  malloc: '_malloc',
  free: '_free',
  parse: '_wasm_parse_query_raw',
  freeParseResult: '_wasm_free_parse_result',
  parsePlPgSql: '_wasm_parse_plpgsql',
  fingerprint: '_wasm_fingerprint',
  normalize: '_wasm_normalize_query',
  scan: '_wasm_scan',
  freeString: '_wasm_free_string',
  setThrew: '_setThrew',
  stackRestore: '__emscripten_stack_restore',
  stackSave: '_emscripten_stack_get_current',
}

function match(source: string, pattern: RegExp): string {
  const found = pattern.exec(source)?.[1]
  if (found === undefined) throw new Error(`libpg-query.js lacks ${pattern}`)
  return found
}

export function generateBindings(loader: string, version: string): string {
  const assignments = match(loader, /function assignWasmExports\(wasmExports\)\{([^}]*)\}/)
  const exportName = (name: string): string =>
    match(
      assignments,
      new RegExp(`(?:^|;|\\b)${name}=(?:Module\\["\\w+"\\]=)?wasmExports\\["(\\w+)"\\]`),
    )
  const imports = match(loader, /wasmImports=\{([^}]*)\}/).split(',')
  const importLines = imports.map((entry) => {
    const [name, target] = entry.split(':')
    return `  ['${name}', '${target?.replace(/^_+/, '')}'],`
  })
  const exportLines = Object.entries(EXPORTED_FUNCTIONS).map(
    ([ours, theirs]) => `  ${ours}: '${exportName(theirs)}',`,
  )
  return `// Generated by scripts/build-parser.ts from libpg-query ${version}. Do not edit.

export const LIBPG_QUERY_VERSION = '${version}'

/** Minified import name, and the function of the C runtime that it stands for. */
export const IMPORTS: readonly (readonly [string, string])[] = [
${importLines.join('\n')}
]

/** Our name of each export, and its minified name. */
export const EXPORTS = {
  initialize: '${match(loader, /TTY\.init\(\);wasmExports\["(\w+)"\]\(\)/)}',
  memory: '${match(loader, /wasmMemory=wasmExports\["(\w+)"\]/)}',
  table: '${match(loader, /wasmTable=wasmExports\["(\w+)"\]/)}',
${exportLines.join('\n')}
} as const
`
}

/** Writes a file only when its content changes, so that watchers stay quiet. */
function writeIfChanged(path: string, content: Uint8Array | string): boolean {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  if (existsSync(path) && readFileSync(path).equals(bytes)) return false
  writeFileSync(path, bytes)
  return true
}

/** Brings both generated files up to date; true when something changed. */
export function buildParser(): boolean {
  const packageFile = createRequire(import.meta.url).resolve('libpg-query/package.json')
  // The shape is npm's own.
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }
  if (version !== SUPPORTED_VERSION) {
    throw new Error(
      `libpg-query ${version} is installed, but the patch is for ${SUPPORTED_VERSION}`,
    )
  }
  const folder = join(dirname(packageFile), 'wasm')
  const loader = readFileSync(join(folder, 'libpg-query.js'), 'utf8')
  const bindingsChanged = writeIfChanged(bindingsPath, generateBindings(loader, version))
  const module = shrinkModule(readFileSync(join(folder, 'libpg-query.wasm')))
  return writeIfChanged(wasmPath, module) || bindingsChanged
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (buildParser()) console.log('parser built')
}

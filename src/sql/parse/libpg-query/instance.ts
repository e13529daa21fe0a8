/**
 * One running copy of libpg_query: linear memory, the few functions of its C runtime that it
 * imports, and calls of its entry points. It knows bytes and C strings, and nothing of SQL.
 *
 * Invariant: after any exception that is not a normal return of C code (a trap, the JS stack
 * running out) the C stack is not unwound, so the instance must be thrown away. pg-query.ts sees
 * to that.
 */
import { AssertionError } from '../../../errors/sql-error.ts'
import { parserModule } from './parser-module.ts'
import { EXPORTS, IMPORTS } from './pg-query-bindings.generated.ts'

/** No statement within the length cap needs more. */
const MEMORY_BYTES_MAX = 256 * 1024 * 1024
const PAGE_BYTES = 65_536

type WasmFunction = (...args: (number | bigint)[]) => number | bigint | undefined
type EntryPoint = 'fingerprint' | 'normalize' | 'parsePlPgSql'

/** What C's longjmp becomes on its way through JavaScript frames. */
const LONGJMP = { longjmp: true }

/** An error PostgreSQL's grammar or scanner raised. */
export interface GrammarError {
  readonly message: string
  /** 1-based, in characters; 0 when there is none. */
  readonly cursorPosition: number
}
export type RawResult =
  | { readonly json: string; readonly isAscii: boolean }
  | { readonly error: GrammarError }

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export class PgQueryInstance {
  private readonly memory: WebAssembly.Memory
  private readonly table: WebAssembly.Table
  private readonly functions: Record<keyof typeof EXPORTS, WasmFunction>
  private bytes: Uint8Array
  private view: DataView
  private lastWasAscii = false

  constructor() {
    const instance = new WebAssembly.Instance(parserModule(), { a: this.imports() })
    const exports = instance.exports
    this.memory = exports[EXPORTS.memory] as WebAssembly.Memory // by the bindings' contract
    this.table = exports[EXPORTS.table] as WebAssembly.Table // likewise
    this.functions = Object.fromEntries(
      Object.entries(EXPORTS).map(([name, minified]) => [name, exports[minified]]),
    ) as Record<keyof typeof EXPORTS, WasmFunction> // likewise
    this.bytes = new Uint8Array(this.memory.buffer)
    this.view = new DataView(this.memory.buffer)
    this.functions.initialize()
  }

  get memoryBytes(): number {
    return this.memory.buffer.byteLength
  }

  /** The parse tree as JSON text, or the error of the grammar. */
  parse(sql: string): RawResult {
    const text = this.pushString(sql)
    const isAscii = this.lastWasAscii
    const result = Number(this.functions.parse(text))
    const error = this.view.getUint32(result + 8, true)
    const outcome: RawResult =
      error === 0
        ? { json: this.readString(this.view.getUint32(result, true)), isAscii }
        : { error: this.readError(error) }
    this.functions.freeParseResult(result)
    this.functions.free(text)
    return outcome
  }

  /** The entry points that take and give a string. */
  call(entryPoint: EntryPoint, input: string): string {
    const text = this.pushString(input)
    const result = Number(this.functions[entryPoint](text))
    const output = this.readString(result)
    this.functions.freeString(result)
    this.functions.free(text)
    return output
  }

  /**
   * struct PgQueryError { char *message, *funcname, *filename; int lineno, cursorpos; char
   * *context }
   */
  private readError(pointer: number): GrammarError {
    return {
      message: this.readString(this.view.getUint32(pointer, true)),
      cursorPosition: this.view.getInt32(pointer + 16, true),
    }
  }

  private pushString(text: string): number {
    const capacity = text.length * 3 + 1
    const pointer = Number(this.functions.malloc(capacity))
    if (pointer === 0) throw new RangeError('the parser is out of memory')
    const target = this.bytes.subarray(pointer, pointer + capacity - 1)
    const { written } = encoder.encodeInto(text, target)
    this.bytes[pointer + written] = 0
    this.lastWasAscii = written === text.length
    return pointer
  }

  private readString(pointer: number): string {
    return decoder.decode(this.bytes.subarray(pointer, this.bytes.indexOf(0, pointer)))
  }

  /** The C runtime that the module expects, as far as the parser ever calls it. */
  private imports(): Record<string, WasmFunction> {
    const runtime: Record<string, WasmFunction> = {
      emscripten_throw_longjmp: () => {
        throw LONGJMP
      },
      emscripten_resize_heap: (size) => this.grow(Number(size) >>> 0),
      fd_write: (_file, vectors, count, written) =>
        this.discardOutput(Number(vectors), Number(count), Number(written)),
      fd_close: () => 0,
      fd_read: () => 8, // EBADF
      fd_seek: () => 70, // ESPIPE
      setitimer_js: () => 0,
      emscripten_runtime_keepalive_clear: () => 0,
    }
    const functions: Record<string, WasmFunction> = {}
    for (const [name, target] of IMPORTS) {
      functions[name] = target.startsWith('invoke_')
        ? this.invoker(target === 'invoke_ji' ? 0n : undefined)
        : (runtime[target] ?? abortWith(target))
    }
    return functions
  }

  /** Calls through the function table and catches longjmp: how emscripten compiles setjmp. */
  private invoker(resultAfterJump: bigint | undefined): WasmFunction {
    return (index, ...args) => {
      const stack = this.functions.stackSave() ?? 0
      try {
        const target = this.table.get(Number(index)) as WasmFunction // the table holds functions
        return target(...args)
      } catch (error) {
        if (error !== LONGJMP) throw error
        this.functions.stackRestore(stack)
        this.functions.setThrew(1, 0)
        return resultAfterJump
      }
    }
  }

  private grow(bytesWanted: number): number {
    const current = this.memory.buffer.byteLength
    if (bytesWanted > MEMORY_BYTES_MAX) return 0
    const target = Math.min(MEMORY_BYTES_MAX, Math.max(bytesWanted, current * 1.2))
    try {
      this.memory.grow(Math.ceil((target - current) / PAGE_BYTES))
    } catch {
      return 0
    }
    this.bytes = new Uint8Array(this.memory.buffer)
    this.view = new DataView(this.memory.buffer)
    return 1
  }

  /** The parser prints nothing we want; the runtime insists on being told that it was written. */
  private discardOutput(vectors: number, count: number, written: number): number {
    let total = 0
    for (let i = 0; i < count; i++) total += this.view.getUint32(vectors + 8 * i + 4, true)
    this.view.setUint32(written, total, true)
    return 0
  }
}

function abortWith(name: string): WasmFunction {
  return () => {
    throw new AssertionError(`libpg_query called ${name}`)
  }
}

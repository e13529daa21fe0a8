/**
 * Imported for its effect by everything that runs the engine in Node: tests, benchmarks, the CLI.
 * The one file of sql/ that touches the file system; no Worker ever imports it.
 */
import { existsSync, readFileSync } from 'node:fs'
import { setParserModule } from './parser-module.ts'

const file = new URL('./pg-query.wasm', import.meta.url)
if (!existsSync(file)) throw new Error('pg-query.wasm is missing: run node scripts/build-parser.ts')
setParserModule(new WebAssembly.Module(readFileSync(file)))

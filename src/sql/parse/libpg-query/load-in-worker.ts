/**
 * Imported for its effect by the Worker's entry: wrangler turns the import into a compiled module.
 */
import { setParserModule } from './parser-module.ts'
import wasm from './pg-query.wasm'

setParserModule(wasm)

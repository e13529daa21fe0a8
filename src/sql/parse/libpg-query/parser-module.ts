/**
 * The one seam through which the compiled parser comes in. Workers may only run modules that were
 * imported, Node only ones it has read: so whoever starts the engine sets the module, once, before
 * the first parse.
 */
import { AssertionError } from '../../../errors/sql-error.ts'

let compiledModule: WebAssembly.Module | undefined

export function setParserModule(module: WebAssembly.Module): void {
  compiledModule = module
}

export function parserModule(): WebAssembly.Module {
  if (compiledModule === undefined) {
    throw new AssertionError(
      'the parser is not loaded: import load-in-worker.ts or load-in-node.ts',
    )
  }
  return compiledModule
}

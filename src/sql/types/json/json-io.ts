/** Text input and output of json (kept as text), jsonb and jsonpath. */
import type { TypeIoRegistry } from '../type-io.ts'
import type { Jsonb } from '../value-classes.ts'
import { checkJson } from './json-tree.ts'
import { parseJsonPath } from '../jsonpath/parse-path.ts'
import { type JsonPath, printJsonPath } from '../jsonpath/path-tree.ts'
import { parseJsonb, printJsonb } from './jsonb-value.ts'

export function registerJsonIo(registry: TypeIoRegistry): void {
  registry.input('json_in', (text) => {
    checkJson(text)
    return text
  })
  registry.output('json_out', (value) => value as string)
  registry.input('jsonb_in', parseJsonb)
  registry.input('jsonpath_in', parseJsonPath)
  registry.output('jsonpath_out', (value) => printJsonPath(value as JsonPath))
  registry.output('jsonb_out', (value) => printJsonb((value as Jsonb).root))
}

/** All functions of json, jsonb and jsonpath, for the library. */
import type { FunctionRegistry } from '../registry.ts'
import { registerJsonAccess } from './json-access.ts'
import { registerJsonAggregates } from './json-aggregates.ts'
import { registerJsonBuild } from './json-build.ts'
import { registerJsonPathFunctions } from './jsonpath-functions.ts'
import { registerJsonRecords } from './json-records.ts'
import { registerJsonbAccess } from './jsonb-access.ts'
import { registerJsonbModify } from './jsonb-modify.ts'

export function registerJson(registry: FunctionRegistry): void {
  registerJsonAccess(registry)
  registerJsonbAccess(registry)
  registerJsonbModify(registry)
  registerJsonBuild(registry)
  registerJsonAggregates(registry)
  registerJsonRecords(registry)
  registerJsonPathFunctions(registry)
}

/** Functions about the catalogs, for `functions/library.ts`; types named after them, for `types/type-io-library.ts`. */
import type { FunctionRegistry } from '../../functions/registry.ts'
import { registerAccessControl } from './access-control.ts'
import { registerDefinitions, registerFormatType } from './definitions.ts'
import { registerInformationSchema } from './information-schema.ts'
import { registerObjectFacts } from './object-facts.ts'
import { registerFunctionDefinition } from './function-definition.ts'
import { registerRegTypeFunctions } from './reg-types.ts'
import { registerLockViews } from './server/lock-views.ts'
import { registerServerFacts } from './server/server-facts.ts'
import { registerServerStatistics } from './server/server-statistics.ts'
import { registerSessionViews } from './server/session-views.ts'
import { registerStatementViews } from './server/statement-views.ts'

export function registerCatalogFunctions(registry: FunctionRegistry): void {
  registerFormatType(registry)
  registerDefinitions(registry)
  registerObjectFacts(registry)
  registerFunctionDefinition(registry)
  registerInformationSchema(registry)
  registerRegTypeFunctions(registry)
  registerAccessControl(registry)
  registerServerFacts(registry)
  registerLockViews(registry)
  registerServerStatistics(registry)
  registerSessionViews(registry)
  registerStatementViews(registry)
}

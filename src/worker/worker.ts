/** The Worker's entry: HTTP routes, and the Durable Object classes that wrangler binds. */
import '../sql/parse/libpg-query/load-in-worker.ts'
import { createApp } from './app.ts'

export { BranchObject } from '../durable/branch-object.ts'
export { ProjectObject } from '../durable/project-object.ts'

const app = createApp()

export default { fetch: app.fetch }

/** All scenarios of all clients against one server. */
import { neonConfig } from '@neondatabase/serverless'
import { drizzleScenarios } from './drizzle-scenarios.ts'
import { kyselyScenarios } from './kysely-scenarios.ts'
import { neonScenarios } from './neon-scenarios.ts'
import { runScenarios } from './scenario.ts'
import type { Outcomes } from './scenario.ts'

const CONNECTION = 'postgresql://lakelet:lakelet@main--local.localhost/lakelet'

export const CLIENTS = ['neon', 'drizzle', 'kysely'] as const

export async function clientOutcomes(
  url: string,
): Promise<Record<(typeof CLIENTS)[number], Outcomes>> {
  neonConfig.fetchEndpoint = url
  return {
    neon: await runScenarios(neonScenarios(CONNECTION)),
    drizzle: await runScenarios(drizzleScenarios(CONNECTION)),
    kysely: await runScenarios(kyselyScenarios(CONNECTION)),
  }
}

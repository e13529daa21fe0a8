/**
 * The applications, each on an empty database. The same code runs against PostgreSQL, to record what it gives there, and
 * against Lakelet.
 */
import { PrismaNeon } from '@prisma/adapter-neon'
import { PrismaPg } from '@prisma/adapter-pg'
import * as neon from '@neondatabase/serverless'
import pg from 'pg'
import { runScenarios } from '../runtime/clients/scenario.ts'
import type { Outcomes, Scenarios } from '../runtime/clients/scenario.ts'
import { libraryScenarios } from './drizzle/library.ts'
import { runRecords } from './knex/records.ts'
import { ticketScenarios } from './kysely/tickets.ts'
import { shopScenarios } from './node-postgres/shop.ts'
import type { Driver } from './node-postgres/shop.ts'
import { streamScenarios } from './node-postgres/streams.ts'
import { runBlog } from './postgres-js/blog.ts'
import { CatalogClient } from './prisma/catalog-client.ts'
import { runHomes } from './prisma/homes.ts'

export type Application = (url: string) => Promise<Outcomes>

/** Over TCP. */
export const APPLICATIONS: Readonly<Record<string, Application>> = {
  'node-postgres': (url) => withPool(url, pg, (pool) => shopScenarios(pool, pg, url)),
  'node-postgres-streams': (url) => withPool(url, pg, (pool) => streamScenarios(pool, url)),
  'postgres-js': runBlog,
  drizzle: (url) => withPool(url, pg, (pool) => libraryScenarios(pool, url)),
  kysely: (url) => withPool(url, pg, ticketScenarios),
  knex: runRecords,
  prisma: (url) => runHomes(new PrismaPg({ connectionString: url }), catalogAdapter(url)),
}

/** Over the WebSockets of Neon's driver; `url` is what the schema engine connects to. What they have to give is recorded with pg. */
export const NEON_APPLICATIONS: Readonly<
  Record<string, (neonUrl: string, url: string) => Promise<Outcomes>>
> = {
  'node-postgres': (neonUrl) => {
    const driver = neon as unknown as Driver // its Pool and Client extend those of pg
    return withPool(neonUrl, driver, (pool) => shopScenarios(pool, driver, neonUrl))
  },
  prisma: (neonUrl, url) =>
    runHomes(new PrismaNeon({ connectionString: neonUrl }), catalogAdapter(url)),
}

function catalogAdapter(url: string): PrismaPg {
  const pool = new pg.Pool({ connectionString: url, Client: CatalogClient } as pg.PoolConfig) // Client is not in the types
  return new PrismaPg(pool)
}

async function withPool(
  url: string,
  { Pool }: Pick<Driver, 'Pool'>,
  scenarios: (pool: pg.Pool) => Scenarios,
): Promise<Outcomes> {
  const pool = new Pool({ connectionString: url, max: 20 })
  try {
    return await runScenarios(scenarios(pool))
  } finally {
    await pool.end()
  }
}

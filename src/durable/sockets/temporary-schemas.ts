/**
 * Temporary objects live as long as their session: they survive the object's sleep as all rows do, and go when the connection does.
 * A crash cuts connections off before their temporary schemas are dropped; those are swept when the branch is opened again.
 */
import type { BranchDatabase } from '../branch-database.ts'

const TEMPORARY = /^pg_temp_(\d+)$/

/** Drops the temporary schemas whose connections are gone. */
export async function sweepTemporarySchemas(
  database: BranchDatabase,
  superuser: string,
  isAlive: (processId: number) => boolean,
): Promise<void> {
  const catalog = database.newestCatalog
  for (const { nspname } of [...catalog.data.rows('pg_namespace').all()]) {
    const processId = Number(TEMPORARY.exec(nspname)?.[1] ?? Number.NaN)
    if (Number.isNaN(processId) || isAlive(processId)) continue
    await dropTemporarySchema(database, superuser, processId)
  }
}

/** As the session would have done at its end. */
export async function dropTemporarySchema(
  database: BranchDatabase,
  superuser: string,
  processId: number,
): Promise<void> {
  await database.run(database.newSession({ user: superuser, processId }).end())
}

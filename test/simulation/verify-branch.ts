/** What must hold of a branch after every crash, whatever the clients were doing. */
import type { Branch } from '../../src/durable/branch.ts'
import { checkIndex } from '../../src/storage/check/check-index.ts'
import { TestClient } from '../engine/memory-branch.ts'
import type { Ledger } from './ledger.ts'
import { OPENING_BALANCE, TOTAL } from './sql-client.ts'

/** False when the branch has nothing yet, because no set-up was ever acknowledged. */
export async function verifyBranch(branch: Branch, ledger: Ledger): Promise<boolean> {
  await branch.run(branch.store.check())
  await verifyIndexes(branch)
  const client = new TestClient(branch)
  const [exists] = await client.rows("SELECT to_regclass('transfers') IS NOT NULL")
  if (exists?.[0] !== 't') {
    if (ledger.acknowledged.size > 0) throw new Error('the tables are gone')
    return false
  }
  await verifyBalances(client)
  await verifyTransfers(client, ledger)
  await verifySideTables(client, ledger)
  return true
}

/** Indexes hold exactly the rows of their tables; that their keys lead to the rows is asked below in SQL. */
async function verifyIndexes(branch: Branch): Promise<void> {
  const catalog = branch.main.newestCatalog
  const { roots, context } = branch.store
  for (const row of catalog.data.rows('pg_class').all()) {
    const relation = row.relkind === 'r' ? catalog.relation(row.oid) : undefined
    if (relation?.tree === undefined) continue
    const table = roots.trees.get(relation.tree)
    if (table === undefined) throw new Error(`table ${relation.name} has no tree`)
    for (const index of relation.indexes) {
      const tree = roots.trees.get(index.tree)
      if (tree === undefined) throw new Error(`index ${index.name} has no tree`)
      await branch.run(checkIndex(table, tree, context, index.predicate !== undefined))
    }
  }
}

async function verifyBalances(client: TestClient): Promise<void> {
  const wrong = await client.rows(`SELECT a.id, a.balance FROM accounts AS a
    WHERE a.balance <> ${OPENING_BALANCE}
      + coalesce((SELECT sum(amount) FROM transfers WHERE target = a.id), 0)
      - coalesce((SELECT sum(amount) FROM transfers WHERE source = a.id), 0)`)
  if (wrong.length > 0)
    throw new Error(`balances do not follow from transfers: ${JSON.stringify(wrong)}`)
  const [sum] = await client.rows('SELECT sum(balance) FROM accounts')
  if (Number(sum?.[0]) !== TOTAL) throw new Error(`the sum is ${sum?.[0]}`)
  const lost = await client.rows(
    'SELECT x.id FROM (SELECT id + 0 AS id FROM transfers) AS x WHERE NOT EXISTS (SELECT 1 FROM transfers AS t WHERE t.id = x.id)',
  )
  if (lost.length > 0) throw new Error(`the index does not lead to ${JSON.stringify(lost)}`)
}

async function verifyTransfers(client: TestClient, ledger: Ledger): Promise<void> {
  const ids = new Set((await client.rows('SELECT id FROM transfers')).map((row) => Number(row[0])))
  for (const id of ledger.acknowledged) {
    if (!ids.has(id)) throw new Error(`transfer ${id} was acknowledged and is gone`)
  }
  for (const id of ids) {
    if (ledger.undone.has(id)) throw new Error(`transfer ${id} was undone and is there`)
  }
  ledger.found(ids)
}

async function verifySideTables(client: TestClient, ledger: Ledger): Promise<void> {
  for (const [name, state] of ledger.tables) {
    const [row] = await client.rows(`SELECT to_regclass('${name}') IS NOT NULL`)
    const found = row?.[0] === 't' ? 'present' : 'absent'
    if (state !== 'unknown' && state !== found)
      throw new Error(`table ${name} is ${found}, not ${state}`)
    if (found === 'present') await client.rows(`SELECT count(*), max(t) FROM ${name}`)
    ledger.tables.set(name, found)
  }
}

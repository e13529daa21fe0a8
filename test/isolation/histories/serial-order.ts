/**
 * SERIALIZABLE by its definition: a few transactions of any statements run interleaved; those that committed must be
 * explained by one after the other, in some order, with the same answers and the same rows in the end. Each order is tried
 * on a copy of the table, in a transaction that is rolled back.
 */
import { SqlError } from '../../../src/errors/sql-error.ts'
import type { Branch } from '../../../src/durable/branch.ts'
import { SeededRandom } from '../../../src/storage/platform/memory/seeded-random.ts'
import { TestClient, memoryPlatform, openMemoryBranch } from '../../engine/memory-branch.ts'
import { forgetNowAndThen } from './forget-now-and-then.ts'
import { Scheduler } from './scheduler.ts'
import type { Client, Rows } from './scheduler.ts'

interface Seen {
  readonly texts: readonly string[]
  /** Of each statement its rows, or the code of its error. */
  readonly answers: readonly string[]
}

export interface SerialOrderRun {
  readonly committed: readonly Seen[]
  readonly failed: number
  /** undefined: no order explains what was seen. */
  readonly order: readonly Seen[] | undefined
}

const CLIENTS_MAX = 4
const EXPECTED = new Set(['40001', '40P01', '23505'])

export async function runAndExplain(
  seed: number,
  bug?: (branch: Branch, random: SeededRandom) => void,
): Promise<SerialOrderRun> {
  const random = new SeededRandom(seed)
  const platform = memoryPlatform(seed)
  const branch = await openMemoryBranch(platform)
  const rows = random.next() < 0.5 ? 6 : 300
  const setUp = `create table t (id int primary key, part int, value int);
    create index t_value on t (value, id);
    create index t_part on t (part);
    insert into t select i, i % 5, i * 10 from generate_series(1, ${rows}) as i`
  await new TestClient(branch).script(setUp)
  const forget = forgetNowAndThen(branch, platform, random)
  bug?.(branch, random)
  const scheduler = new Scheduler(branch, random, forget)
  const committed: Seen[] = []
  const clients = 2 + random.below(CLIENTS_MAX - 1)
  for (let i = 0; i < clients; i++) {
    const texts = Array.from({ length: 1 + random.below(3) }, () => randomStatement(random, rows))
    scheduler.add(transaction(texts, (seen) => committed.push(seen)))
  }
  await scheduler.run()
  const final = await contents(new TestClient(branch))
  const replica = await openMemoryBranch()
  await new TestClient(replica).script(setUp)
  const order = await explain(new TestClient(replica), committed, final)
  await branch.store.close()
  await replica.store.close()
  return { committed, failed: clients - committed.length, order }
}

function* transaction(texts: readonly string[], end: (seen: Seen) => void): Client {
  yield ['begin isolation level serializable']
  const answers: string[] = []
  for (const text of texts) {
    const answer = answerText(yield [text])
    if (answer.startsWith('error')) return void (yield ['rollback'])
    answers.push(answer)
  }
  if (!((yield ['commit']) instanceof SqlError)) end({ texts, answers })
}

function answerText(answer: Rows | SqlError): string {
  if (!(answer instanceof SqlError)) return JSON.stringify([...answer].map(String).sort())
  if (!EXPECTED.has(answer.code)) throw answer
  return `error ${answer.code}`
}

function randomStatement(random: SeededRandom, rows: number): string {
  const low = random.below(rows * 10)
  const high = low + 10 * (1 + random.below(3))
  const id = 1 + random.below(rows + 3)
  const part = random.below(6)
  const choices = [
    `select * from t where id = ${id}`,
    `select count(*) from t where value between ${low} and ${high}`,
    `select sum(value) from t where part = ${part}`,
    'select count(*) from t',
    'select max(value), min(id) from t',
    `select id from t where value > ${low} order by value limit 2`,
    `select value from t where id in (${id}, ${id + 1}, ${id + 2})`,
    `select a.id from t a join t b on b.id = a.value / 10 where a.part = ${part} and a.id < 20`,
    `insert into t values (${rows + 1 + random.below(4)}, ${part}, ${low}) on conflict do nothing`,
    `insert into t values (${id}, ${part}, ${low}) on conflict (id) do update set value = excluded.value`,
    'insert into t select max(id) + 1, 0, count(*) from t',
    `update t set value = value + 1 where id = ${id}`,
    `update t set value = ${low} where value between ${low} and ${high}`,
    `update t set part = (select count(*) from t where part = ${part}) where id = ${id}`,
    `update t set value = (select max(value) from t) + 1 where id = ${id} returning value`,
    `delete from t where id = ${id} returning value`,
    `delete from t where value between ${low} and ${high} and part <> ${part}`,
    `select id from t where part = ${part} for share`,
  ]
  return choices[random.below(choices.length)] ?? ''
}

async function contents(client: TestClient): Promise<string> {
  return JSON.stringify(await client.rows('select * from t order by id'))
}

async function explain(
  client: TestClient,
  committed: readonly Seen[],
  final: string,
): Promise<readonly Seen[] | undefined> {
  for (const order of permutations(committed)) {
    await client.query('begin')
    const isSame = (await repeats(client, order)) && (await contents(client)) === final
    await client.query('rollback')
    if (isSame) return order
  }
  return undefined
}

async function repeats(client: TestClient, order: readonly Seen[]): Promise<boolean> {
  for (const { texts, answers } of order) {
    for (const [i, text] of texts.entries()) {
      let answer: Rows | SqlError
      try {
        answer = await client.rows(text)
      } catch (error) {
        if (!(error instanceof SqlError)) throw error
        return false
      }
      if (answerText(answer) !== answers[i]) return false
    }
  }
  return true
}

function* permutations<T>(items: readonly T[]): Generator<readonly T[], void, void> {
  if (items.length <= 1) return yield items
  for (const [i, first] of items.entries()) {
    for (const rest of permutations(items.toSpliced(i, 1))) yield [first, ...rest]
  }
}

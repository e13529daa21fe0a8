/** Random steps of a few sessions over two tables, chosen while they are played: what a session does next depends on how it stands. */
import type { SeededRandom } from '../../src/storage/platform/memory/seeded-random.ts'
import type { Outcome, StepTarget } from './run-scenario.ts'
import type { Step } from './step-script.ts'

export const RANDOM_SETUP = [
  'create table parent (id int primary key, note int)',
  'create table test (id int primary key, value int, code int unique, parent int references parent on delete cascade)',
  'insert into parent values (1, 0), (2, 0)',
  'insert into test values (1, 10, 100, 1), (2, 20, 200, 2), (3, 30, 300, null)',
]

const STEPS = 30

type Standing = 'idle' | 'block' | 'failed' | 'busy'

export async function playRandomSteps(
  random: SeededRandom,
  target: StepTarget,
  sessions: number,
): Promise<readonly Step[]> {
  for (const text of RANDOM_SETUP) await target.submit('setup', text)
  const game = new Game(random, target, sessions)
  while (game.steps.length < STEPS && (await game.step()));
  await game.end()
  return game.steps
}

class Game {
  readonly steps: Step[] = []
  readonly #random: SeededRandom
  readonly #target: StepTarget
  readonly #standing = new Map<string, Standing>()

  constructor(random: SeededRandom, target: StepTarget, sessions: number) {
    this.#random = random
    this.#target = target
    for (let i = 1; i <= sessions; i++) this.#standing.set(String(i), 'idle')
  }

  /** False when all wait. */
  async step(): Promise<boolean> {
    const free = [...this.#standing.keys()].filter((name) => this.#standing.get(name) !== 'busy')
    const session = free[this.#random.below(Math.max(1, free.length))]
    if (session === undefined) return false
    await this.#take(session, this.#nextText(this.#standing.get(session) ?? 'idle'))
    return true
  }

  /** Ends what can be ended, so that nobody waits in the end. */
  async end(): Promise<void> {
    for (const [session, standing] of this.#standing) {
      if (standing !== 'busy' && standing !== 'idle') await this.#take(session, 'rollback')
    }
  }

  async #take(session: string, text: string): Promise<void> {
    this.steps.push({ kind: 'statement', session, text })
    const before = this.#standing.get(session) ?? 'idle'
    this.#standing.set(session, 'busy')
    void this.#target.submit(session, text).then((outcome) => {
      this.#standing.set(session, standingAfter(before, text, outcome))
    })
    const busy = [...this.#standing].flatMap(([name, standing]) =>
      standing === 'busy' ? name : [],
    )
    await this.#target.settle(busy)
    await new Promise((resolve) => setImmediate(resolve))
  }

  #nextText(standing: Standing): string {
    const choice = this.#random.next()
    if (standing === 'failed') return choice < 0.3 ? 'rollback to s' : 'rollback'
    if (standing === 'idle') {
      const level = this.#random.next() < 0.65 ? 'read committed' : 'repeatable read'
      return choice < 0.75 ? `begin isolation level ${level}` : this.#statement([])
    }
    if (choice < 0.12) return 'commit'
    return choice < 0.17 ? 'rollback' : this.#statement(SAVEPOINT_COMMANDS)
  }

  #statement(more: readonly string[]): string {
    const below = (count: number): number => this.#random.below(count)
    const texts = [...statements(below), ...more]
    return texts[below(texts.length)] ?? ''
  }
}

const SAVEPOINT_COMMANDS = ['savepoint s', 'savepoint s', 'rollback to s', 'release s']

function standingAfter(before: Standing, text: string, outcome: Outcome): Standing {
  if ('code' in outcome) return before === 'idle' ? 'idle' : 'failed'
  if (text.startsWith('begin')) return 'block'
  if (text === 'commit' || text === 'rollback') return 'idle'
  return before === 'failed' ? 'block' : before
}

function statements(below: (count: number) => number): readonly string[] {
  const [id, other, value, parent] = [1 + below(4), 1 + below(4), below(6) * 10, 1 + below(3)]
  const row = `${id}, ${value}, ${other * 100}`
  return [
    `update test set value = value + 1 where id = ${id}`,
    `update test set value = value + 1 where value >= ${value}`,
    `update test set code = ${other * 100} where id = ${id}`,
    `update test set id = ${other} where id = ${id}`,
    `update test set parent = ${parent} where id = ${id}`,
    `update test set value = test.value + parent.note from parent where parent.id = test.parent`,
    `update test set value = (select count(*) from test) where id = ${id} returning value`,
    `insert into test values (${row}, ${below(2) === 0 ? 'null' : parent})`,
    `insert into test values (${row}, null) on conflict do nothing`,
    `insert into test values (${row}, null) on conflict (id) do update set value = test.value + 100`,
    `delete from test where id = ${id}`,
    `delete from test where value > ${value} and id <> ${id}`,
    `with gone as (delete from test where id = ${id} returning id) select count(*) from gone`,
    `merge into test using (values (${id}, ${value})) as s (i, v) on test.id = s.i when matched then update set value = s.v when not matched then insert values (s.i, s.v, null, null)`,
    `select * from test order by id`,
    `select id, value from test where id = ${id} for update`,
    `select id, value from test where value >= ${value} order by id for no key update`,
    `select id, value from test where id = ${id} for share`,
    `select id from test where id = ${id} for key share`,
    `select id from test order by id for update skip locked`,
    `select id from test where id = ${id} for update nowait`,
    `insert into parent values (${parent}, 0)`,
    `delete from parent where id = ${parent}`,
    `update parent set note = note + 1 where id = ${parent}`,
    `update parent set id = ${parent} where id = ${1 + below(3)}`,
    `select * from parent order by id`,
  ]
}

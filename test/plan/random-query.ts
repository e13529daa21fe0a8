/**
 * Random queries over four small tables, made of what the rewrite rules look at: joins of all kinds, filters that can sink,
 * correlated and plain sub-queries, grouping, set operations, CTEs, windows, lateral joins, sorts with limits.
 * Results are sets of rows: where a LIMIT cuts, a total order comes before it.
 */
import type { SeededRandom } from '../../src/storage/platform/memory/seeded-random.ts'

/** Every table has these columns, with nulls and few distinct values; only `id` is unique and never null. */
export const TABLES_SQL = `
CREATE TABLE t0 (id int PRIMARY KEY, a int, b int, s text, n numeric(6,2), x int[]);
CREATE TABLE t1 (id int PRIMARY KEY, a int, b int, s text, n numeric(6,2), x int[]);
CREATE TABLE t2 (id bigint PRIMARY KEY, a int, b smallint, s varchar(9), n numeric, x int[]);
CREATE TABLE t3 (id int PRIMARY KEY, a int, b int, s text, n numeric(6,2), x int[]);
INSERT INTO t0 SELECT i, nullif(i % 5, 3), nullif(i % 7, 2), nullif('s' || i % 4, 's1'), (i % 3) / 2.0, CASE WHEN i % 3 > 0 THEN ARRAY[i % 5, i % 2] END FROM generate_series(1, 12) i;
INSERT INTO t1 SELECT i, nullif(i % 4, 1), i % 3, nullif('s' || i % 6, 's0'), nullif(i % 4, 0) / 2.0, CASE WHEN i % 4 > 0 THEN ARRAY[i % 3] END FROM generate_series(1, 150) i;
INSERT INTO t2 SELECT i, i % 6, nullif(i % 5, 4), 's' || i % 3, i % 5, '{}' FROM generate_series(1, 8) i;
CREATE INDEX t1_a ON t1 (a, b); CREATE INDEX t1_s ON t1 (s DESC); CREATE INDEX t0_b ON t0 (b);
` // t3 stays empty

interface Scope {
  readonly aliases: readonly string[]
  /** Aliases of outer queries. */
  readonly outer: readonly string[]
}

export class QueryGenerator {
  readonly #random: SeededRandom
  #aliases = 0
  #largeTables = 0

  constructor(random: SeededRandom) {
    this.#random = random
  }

  query(): string {
    this.#aliases = 0
    this.#largeTables = 0
    return this.#pick<() => string>([
      () => this.#select(NOTHING, 3),
      () => this.#select(NOTHING, 3),
      () => this.#grouped(NOTHING, 2),
      () => this.#setOperation(2),
      () => this.#cte(),
      () => this.#windowed(),
    ])()
  }

  #below(n: number): number {
    return Math.floor(this.#random.next() * n)
  }
  #chance(part: number): boolean {
    return this.#random.next() < part
  }
  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)]!
  }
  #alias(): string {
    return `q${this.#aliases++}`
  }

  /** SELECT of three int columns called a, b, id. */
  #select(scope: Scope, depth: number): string {
    const [from, inner] = this.#from(scope, depth)
    const where = this.#chance(0.8) ? ` WHERE ${this.#condition(inner, depth)}` : ''
    const columns = ['a', 'b', 'id'].map((name) => `${this.#number(inner, depth)} AS ${name}`)
    const distinct = this.#chance(0.15) ? 'DISTINCT ' : ''
    const limit = this.#chance(0.25)
      ? ` ORDER BY 1${this.#pick(['', ' DESC', ' NULLS FIRST'])}, 2, 3 LIMIT ${1 + this.#below(9)}${this.#chance(0.3) ? ' OFFSET 2' : ''}`
      : ''
    return `SELECT ${distinct}${columns.join(', ')} FROM ${from}${where}${limit}`
  }

  #grouped(scope: Scope, depth: number): string {
    const [from, inner] = this.#from(scope, depth)
    const where = this.#chance(0.6) ? ` WHERE ${this.#condition(inner, depth)}` : ''
    // An aggregate over outer columns alone would be one of the outer query.
    const own = { aliases: inner.aliases, outer: [] }
    const key = this.#column(own)
    const column = this.#column(own)
    const value = this.#pick([
      'count(*)',
      `sum(${column})`,
      `max(${column})`,
      `count(DISTINCT ${column})`,
    ])
    const having = this.#chance(0.5)
      ? ` HAVING ${this.#pick([`${key} > 1`, 'count(*) > 2', `${key} IS NOT NULL AND min(${column}) < 4`])}`
      : ''
    return `SELECT ${key} AS a, ${value} AS b, count(*) AS id FROM ${from}${where} GROUP BY ${key}${having}`
  }

  #setOperation(depth: number): string {
    const operation = this.#pick([
      'UNION',
      'UNION ALL',
      'INTERSECT',
      'EXCEPT',
      'EXCEPT ALL',
      'INTERSECT ALL',
    ])
    const both = `(${this.#select(NOTHING, depth - 1)}) ${operation} (${this.#select(NOTHING, depth - 1)})`
    const alias = this.#alias()
    return this.#chance(0.5)
      ? both
      : `SELECT a, b, id FROM (${both}) ${alias} WHERE ${this.#condition({ aliases: [alias], outer: [] }, 1)}`
  }

  #cte(): string {
    const scope = { aliases: ['c'], outer: [] }
    const how = this.#pick(['', ' MATERIALIZED', ' NOT MATERIALIZED'])
    const main = this.#chance(0.5)
      ? `SELECT c.a, c.b, c.id FROM c WHERE ${this.#condition(scope, 1)}`
      : `SELECT c.a, d.b, d.id FROM c JOIN c d ON c.a = d.b WHERE ${this.#condition({ aliases: ['c', 'd'], outer: [] }, 1)}`
    return `WITH c AS${how} (${this.#select(NOTHING, 2)}) ${main}`
  }

  #windowed(): string {
    const inner = this.#select(NOTHING, 2)
    return `SELECT a, b, r FROM (SELECT a, b, sum(b) OVER (PARTITION BY a) AS r, a + 0 AS id FROM (${inner}) w0) w WHERE ${this.#condition({ aliases: ['w'], outer: [] }, 1)}`
  }

  #table(depth: number): string {
    const alias = this.#alias()
    if (depth > 1 && this.#chance(0.15)) return `(${this.#select(NOTHING, depth - 1)}) ${alias}`
    if (depth > 1 && this.#chance(0.1)) return `(${this.#grouped(NOTHING, depth - 1)}) ${alias}`
    const table = this.#pick(['t0', 't0', 't1', 't2', 't2', 't3'])
    if (table !== 't1') return `${table} ${alias}`
    // The larger table only once: without rules every join is a cross join.
    return `${this.#largeTables++ === 0 ? table : 't3'} ${alias}`
  }

  #from(scope: Scope, depth: number): readonly [string, Scope] {
    let text = this.#table(depth)
    const aliases = [lastWord(text)]
    for (let joins = this.#below(Math.min(depth, 2) + 1); joins > 0; joins--) {
      if (this.#chance(0.2)) {
        const lateral = this.#alias()
        const left = { aliases: [], outer: [...aliases] }
        const body = this.#chance(0.7) ? this.#select(left, 1) : this.#grouped(left, 1)
        text += this.#chance(0.5)
          ? ` CROSS JOIN LATERAL (${body}) ${lateral}`
          : ` LEFT JOIN LATERAL (${body}) ${lateral} ON true`
        aliases.push(lateral)
        continue
      }
      const right = this.#table(depth)
      aliases.push(lastWord(right))
      const both = { aliases: [...aliases], outer: scope.outer }
      const kind = this.#pick(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'JOIN'])
      const equality = `${aliases[0]!}.${this.#pick(COLUMNS)} = ${lastWord(right)}.${this.#pick(COLUMNS)}`
      const extra = this.#chance(0.4) && kind !== 'FULL JOIN' ? ` AND ${this.#simple(both)}` : ''
      text += ` ${kind} ${right} ON ${equality}${extra}`
    }
    return [text, { aliases, outer: scope.outer }]
  }

  #condition(scope: Scope, depth: number): string {
    const parts = Array.from({ length: 1 + this.#below(3) }, () =>
      depth > 1 && this.#chance(0.3) ? this.#subqueryTest(scope, depth - 1) : this.#simple(scope),
    )
    return parts.join(this.#pick([' AND ', ' AND ', ' OR ']))
  }

  #simple(scope: Scope): string {
    const a = this.#column(scope)
    const b = this.#column(scope)
    return this.#pick([
      `${a} = ${b}`, `${a} < ${b}`, `${a} = ${this.#below(6)}`, `${a} > ${this.#below(5)}`, `${a} IS NULL`,
      `${a} IS NOT NULL`, `${a} IN (1, ${this.#below(5)}, NULL)`, `NOT (${a} = ANY ('{}'))`, `${a} = 1 OR ${a} = ${this.#below(5)}`,
      `coalesce(${a}, 2) = 2`, `${a} IS DISTINCT FROM ${b}`, `${a} IS NOT DISTINCT FROM ${b}`, `${a} BETWEEN 1 AND 3`,
      `NOT (${a} > ${b})`, `CASE WHEN ${a} > 2 THEN ${b} ELSE 1 END = 1`, `(${a} = 1) IS NOT TRUE`, `${a} + 1 > ${b}`,
      `ARRAY[${a}::int] || ${b}::int = ARRAY[NULL, ${this.#below(4)}]::int[]`, 'true', `${a} = 1 AND ${a} = ${this.#below(3)}`,
    ]) // prettier-ignore
  }

  #subqueryTest(scope: Scope, depth: number): string {
    const inner = { aliases: [], outer: [...scope.aliases, ...scope.outer] }
    const [from, own] = this.#from(inner, Math.min(depth, 1))
    const where = ` WHERE ${this.#chance(0.7) ? this.#correlation(own) : this.#simple(own)}${this.#chance(0.4) ? ` AND ${this.#simple(own)}` : ''}`
    const shown = this.#column({ aliases: own.aliases, outer: [] })
    const plain = `SELECT ${shown} FROM ${from}${where}`
    const a = this.#column(scope)
    return this.#pick([
      `EXISTS (${plain})`, `NOT EXISTS (${plain})`, `${a} IN (${plain})`, `${a} NOT IN (${plain})`,
      `${a} > (SELECT count(*) FROM ${from}${where})`, `${a} <= (SELECT max(${shown}) FROM ${from}${where})`,
      `(EXISTS (${plain})) IS NOT DISTINCT FROM (${a} > 1)`, `(${a} IN (${plain})) IS NOT TRUE`, `${a} >= ALL (${plain})`,
      `coalesce((SELECT sum(${shown}) FROM ${from}${where}), 3) > 2`,
    ]) // prettier-ignore
  }

  #correlation(own: Scope): string {
    if (own.outer.length === 0) return this.#simple(own)
    return `${this.#column({ aliases: own.aliases, outer: [] })} ${this.#pick(['=', '=', '=', '<'])} ${this.#column({ aliases: own.outer, outer: [] })}`
  }

  #number(scope: Scope, depth: number): string {
    const a = this.#column(scope)
    if (depth > 2 && this.#chance(0.15)) {
      const inner = { aliases: [], outer: [...scope.aliases, ...scope.outer] }
      const [from, own] = this.#from(inner, 1)
      return `(SELECT ${this.#pick(['max', 'count', 'min', 'sum'])}(${this.#column({ aliases: own.aliases, outer: [] })}) FROM ${from} WHERE ${this.#correlation(own)})`
    }
    return this.#pick([
      a,
      a,
      a,
      `${a} + 1`,
      `coalesce(${a}, 0)`,
      `CASE WHEN ${a} > 1 THEN ${this.#column(scope)} END`,
    ])
  }

  #column(scope: Scope): string {
    const all = scope.outer.length > 0 && this.#chance(0.2) ? scope.outer : scope.aliases
    return `${this.#pick(all.length > 0 ? all : scope.outer)}.${this.#pick(COLUMNS)}`
  }
}

const NOTHING: Scope = { aliases: [], outer: [] }
const COLUMNS = ['a', 'b', 'id'] as const

function lastWord(text: string): string {
  return text.slice(text.lastIndexOf(' ') + 1)
}

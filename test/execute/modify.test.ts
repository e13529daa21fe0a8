/** INSERT, UPDATE and DELETE with their constraints, against two tables joined by a foreign key. */
import { beforeEach, describe, expect, test } from 'vitest'
import { SqlError } from '../../src/errors/sql-error.ts'
import type {
  Catalog,
  ForeignKey,
  ForeignKeyAction,
  IndexInfo,
  Oid,
  Relation,
} from '../../src/sql/catalog/catalog.ts'
import { prepare } from '../../src/sql/execute/build-operator.ts'
import { ExecutionContext } from '../../src/sql/execute/execution-context.ts'
import type {
  InsertNode,
  OnConflict,
  OutputColumn,
  PlanNode,
  TableRules,
} from '../../src/sql/plan/plan-node.ts'
import type { TreeId } from '../../src/storage/access.ts'
import { type Datum, datumAt } from '../../src/storage/vector.ts'
import { testSession } from '../functions-b/evaluate-case.ts'
import { MemoryAccess } from './memory-access.ts'
import {
  bool,
  catalog as builtin,
  column,
  constant,
  environment,
  newId,
  op,
  ref,
  typeOf,
} from './plan-builder.ts'

const PARENT = 30_000 as Oid
const CHILD = 30_001 as Oid
const tree = (oid: number) => oid as TreeId
let access: MemoryAccess
let action: ForeignKeyAction

function index(table: Oid, number: number, name: string): IndexInfo {
  const oid = (table + 10 + number) as Oid
  const key = {
    column: number,
    type: typeOf('int4'),
    descending: false,
    nullsFirst: false,
    collation: 0 as Oid,
  }
  return {
    oid,
    name,
    table,
    tree: tree(oid),
    isUnique: true,
    isPrimary: true,
    nullsNotDistinct: false,
    method: 'btree',
    keys: [key],
    included: [],
    constraint: name,
    deferrable: false,
  }
}

function foreignKey(): ForeignKey {
  return {
    oid: 31_000 as Oid,
    name: 'child_p_fkey',
    table: CHILD,
    columns: [2],
    referencedTable: PARENT,
    referencedColumns: [1],
    referencedIndex: (PARENT + 11) as Oid,
    onUpdate: action,
    onDelete: action,
    match: 's',
    deleteSetColumns: [],
    deferrable: false,
    deferred: false,
    validated: true,
  }
}

function relation(oid: Oid, name: string, columns: readonly [string, string][]): Relation {
  return {
    oid,
    name,
    schema: 'public',
    kind: 'r',
    owner: 10 as Oid,
    rowType: 0 as Oid,
    isTemporary: false,
    treeWidth: columns.length,
    columns: columns.map(([columnName, type], position) => ({
      number: position + 1,
      name: columnName,
      type: typeOf(type),
      typmod: -1,
      collation: 0 as Oid,
      notNull: position === 0,
      position,
    })),
    tree: tree(oid),
    indexes: [index(oid, 1, `${name}_pkey`)],
    checks: [],
    foreignKeys: oid === CHILD ? [foreignKey()] : [],
    referencedBy: oid === PARENT ? [foreignKey()] : [],
  }
}

const parent = () =>
  relation(PARENT, 'parent', [
    ['id', 'int4'],
    ['name', 'text'],
  ])
const child = () =>
  relation(CHILD, 'child', [
    ['id', 'int4'],
    ['p', 'int4'],
  ])

function rulesOf(of: Relation): TableRules {
  const row: OutputColumn[] = of.columns.map((one) => ({
    id: newId(),
    name: one.name,
    type: one.type,
    typmod: -1,
    collation: 0 as Oid,
  }))
  return {
    row,
    generated: [],
    notNull: [{ position: 0, name: of.columns[0].name }],
    checks: [
      { name: `${of.name}_id_check`, expression: op('>', ref(row[0]), constant(0, 'int4')) },
    ],
    indexes: of.indexes.map((one) => ({ index: one, keys: [ref(row[0])] })),
    foreignKeys: of.foreignKeys,
    referencedBy: of.referencedBy,
  }
}

function execute(plan: PlanNode): { rows: (Datum | null)[][]; count: number } {
  const catalog: Catalog = Object.create(builtin, {
    relation: {
      value: (oid: Oid) => (oid === PARENT ? parent() : oid === CHILD ? child() : undefined),
    },
  })
  const context = new ExecutionContext({
    session: testSession({}),
    catalog,
    access,
    tableRules: rulesOf,
  })
  const rows: (Datum | null)[][] = []
  for (const item of prepare(plan, { ...environment, catalog }).run(context)) {
    if (item.kind !== 'batch') continue
    for (let i = 0; i < item.length; i++) rows.push(item.columns.map((one) => datumAt(one, i)))
  }
  return { rows, count: context.affectedRows }
}

function insert(
  into: Relation,
  rows: readonly (readonly (Datum | null)[])[],
  more: (rules: TableRules) => Partial<InsertNode> = () => ({}),
): PlanNode {
  const rules = rulesOf(into)
  const output = into.columns.map((one) => ({ ...column(one.name, 'int4'), type: one.type }))
  const names = into.columns.map((one) => builtin.type(one.type).name)
  const input: PlanNode = {
    kind: 'values',
    rows: rows.map((row) => row.map((value, k) => constant(value, names[k]))),
    output,
  }
  return {
    kind: 'insert',
    relation: into,
    tree: into.tree as TreeId,
    input,
    rules,
    output: rules.row,
    ...more(rules),
  }
}

function scan(of: Relation): { node: PlanNode; rowId: OutputColumn; row: OutputColumn[] } {
  const rowId = column('ctid', 'int8')
  const row = of.columns.map((one) => ({ ...column(one.name, 'int4'), type: one.type }))
  const node: PlanNode = {
    kind: 'scan',
    relation: of,
    tree: of.tree as TreeId,
    alias: 't',
    output: [rowId, ...row],
    sources: [
      { kind: 'rowId' },
      ...of.columns.map((one) => ({ kind: 'attribute' as const, position: one.position })),
    ],
  }
  return { node, rowId, row }
}

function remove(of: Relation, id: number): PlanNode {
  const { node, rowId, row } = scan(of)
  const input: PlanNode = {
    kind: 'filter',
    input: node,
    condition: op('=', ref(row[0]), constant(id, 'int4')),
    output: node.output,
  }
  return {
    kind: 'delete',
    relation: of,
    tree: of.tree as TreeId,
    input,
    rowId: rowId.id,
    oldRow: row.map((one) => one.id),
    rules: rulesOf(of),
    returning: row.map(ref),
    output: row,
  }
}

function addToId(of: Relation, from: number, step: number): PlanNode {
  const { node, rowId, row } = scan(of)
  const next = column('next', 'int4')
  const input: PlanNode = {
    kind: 'project',
    input: {
      kind: 'filter',
      input: node,
      condition: op('>=', ref(row[0]), constant(from, 'int4')),
      output: node.output,
    },
    expressions: [...node.output.map(ref), op('+', ref(row[0]), constant(step, 'int4'))],
    output: [...node.output, next],
  }
  const rules = rulesOf(of)
  return {
    kind: 'update',
    relation: of,
    tree: of.tree as TreeId,
    input,
    rowId: rowId.id,
    oldRow: row.map((one) => one.id),
    assignments: [{ position: 0, column: next.id }],
    rules,
    returning: [ref(rules.row[0]), ref(row[0])],
    output: rules.row,
  }
}

function failure(body: () => unknown): SqlError {
  try {
    body()
  } catch (error) {
    if (error instanceof SqlError) return error
    throw error
  }
  throw new Error('should have failed')
}

const all = (of: Relation) => execute(scan(of).node).rows.map((row) => row.slice(1))

beforeEach(() => {
  access = new MemoryAccess({ suspends: true })
  action = 'a'
  for (const oid of [PARENT, CHILD]) {
    access.createTree(tree(oid), {
      kind: 'table',
      columns: ['int32', oid === PARENT ? 'text' : 'int32'],
    })
    access.createTree(tree(oid + 11), {
      kind: 'index',
      columns: ['int32'],
      unique: true,
      order: [{ descending: false, nullsFirst: false }],
    })
  }
  execute(
    insert(parent(), [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]),
  )
  execute(
    insert(child(), [
      [10, 1],
      [11, 1],
      [12, 2],
      [13, null],
    ]),
  )
})

describe('constraints', () => {
  test('counts and RETURNING', () => {
    const { rows, count } = execute(
      insert(
        parent(),
        [
          [4, 'd'],
          [5, null],
        ],
        (rules) => ({ returning: rules.row.map(ref) }),
      ),
    )
    expect(rows).toEqual([
      [4, 'd'],
      [5, null],
    ])
    expect(count).toBe(2)
  })
  test('NOT NULL and CHECK', () => {
    const error = failure(() =>
      execute(
        insert(parent(), [
          [7, 'x'],
          [null, 'n'],
        ]),
      ),
    )
    expect(error.code).toBe('23502')
    expect(error.message).toBe(
      'null value in column "id" of relation "parent" violates not-null constraint',
    )
    expect(error.fields.detail).toBe('Failing row contains (null, n).')
    expect(failure(() => execute(insert(parent(), [[-1, 'n']]))).message).toBe(
      'new row for relation "parent" violates check constraint "parent_id_check"',
    )
  })
  test('unique keys, stored and within the statement', () => {
    const error = failure(() => execute(insert(parent(), [[2, 'again']])))
    expect([error.code, error.message, error.fields.detail]).toEqual([
      '23505',
      'duplicate key value violates unique constraint "parent_pkey"',
      'Key (id)=(2) already exists.',
    ])
    expect(
      failure(() =>
        execute(
          insert(parent(), [
            [8, 'x'],
            [8, 'y'],
          ]),
        ),
      ).code,
    ).toBe('23505')
    expect(failure(() => execute(addToId(child(), 10, 1))).code).toBe('23505')
    expect(execute(addToId(child(), 12, 5)).rows).toEqual([
      [17, 12],
      [18, 13],
    ])
  })
})

describe('foreign keys', () => {
  test('a child needs its parent', () => {
    const error = failure(() => execute(insert(child(), [[20, 9]])))
    expect([error.code, error.message, error.fields.detail]).toEqual([
      '23503',
      'insert or update on table "child" violates foreign key constraint "child_p_fkey"',
      'Key (p)=(9) is not present in table "parent".',
    ])
  })
  test('NO ACTION forbids, rows without children may go', () => {
    const error = failure(() => execute(remove(parent(), 1)))
    expect([error.message, error.fields.detail]).toEqual([
      'update or delete on table "parent" violates foreign key constraint "child_p_fkey" on table "child"',
      'Key (id)=(1) is still referenced from table "child".',
    ])
    expect(execute(remove(parent(), 3)).rows).toEqual([[3, 'c']])
  })
  test('CASCADE deletes and renames children', () => {
    action = 'c'
    execute(remove(parent(), 1))
    expect(all(child())).toEqual([
      [12, 2],
      [13, null],
    ])
    execute(addToId(parent(), 2, 40))
    expect(all(child())).toEqual([
      [12, 42],
      [13, null],
    ])
  })
  test('SET NULL', () => {
    action = 'n'
    expect(execute(remove(parent(), 1)).count).toBe(1)
    expect(all(child())).toEqual([
      [10, null],
      [11, null],
      [12, 2],
      [13, null],
    ])
  })
})

describe('ON CONFLICT', () => {
  const conflict =
    (kind: 'nothing' | 'update', where?: string) =>
    (rules: TableRules): Partial<InsertNode> => {
      const existing = rules.row.map((one) => ({ ...one, id: newId() }))
      const excluded = rules.row.map((one) => ({ ...one, id: newId() }))
      const onConflict: OnConflict = {
        action: kind,
        arbiters: kind === 'nothing' ? [] : [(PARENT + 11) as Oid],
        existing,
        excluded,
        assignments: kind === 'nothing' ? [] : [{ position: 1, value: ref(excluded[1]) }],
        ...(where !== undefined && {
          condition: bool(
            'and',
            op('=', ref(existing[1]), constant(where, 'text')),
            op('>', ref(excluded[0]), constant(0, 'int4')),
          ),
        }),
      }
      return { onConflict, returning: rules.row.map(ref) }
    }
  test('DO NOTHING skips', () => {
    const { rows, count } = execute(
      insert(
        parent(),
        [
          [1, 'x'],
          [6, 'y'],
          [6, 'z'],
        ],
        conflict('nothing'),
      ),
    )
    expect(rows).toEqual([[6, 'y']])
    expect(count).toBe(1)
  })
  test('DO UPDATE changes, in the order of the input', () => {
    expect(
      execute(
        insert(
          parent(),
          [
            [2, 'x'],
            [6, 'y'],
            [1, 'z'],
          ],
          conflict('update'),
        ),
      ).rows,
    ).toEqual([
      [2, 'x'],
      [6, 'y'],
      [1, 'z'],
    ])
    expect(all(parent())).toEqual([
      [1, 'z'],
      [2, 'x'],
      [3, 'c'],
      [6, 'y'],
    ])
    expect(
      execute(
        insert(
          parent(),
          [
            [1, 'q'],
            [2, 'q'],
          ],
          conflict('update', 'z'),
        ),
      ).rows,
    ).toEqual([[1, 'q']])
    expect(
      failure(() =>
        execute(
          insert(
            parent(),
            [
              [7, 'q'],
              [7, 'q'],
            ],
            conflict('update'),
          ),
        ),
      ).code,
    ).toBe('21000')
  })
})

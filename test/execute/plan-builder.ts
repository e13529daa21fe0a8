/** Small builders of bound plans over the built-in catalog, so that tests read like the queries they stand for. */
import { builtinCatalog } from '../../src/sql/catalog/load-catalog.ts'
import type { Catalog, Oid, Relation } from '../../src/sql/catalog/catalog.ts'
import { prepare } from '../../src/sql/execute/build-operator.ts'
import {
  ExecutionContext,
  type ExecutorEnvironment,
} from '../../src/sql/execute/execution-context.ts'
import { MemoryBudget } from '../../src/sql/execute/memory/memory-budget.ts'
import type { SpillStore } from '../../src/sql/execute/memory/spill-store.ts'
import { createFunctionLibrary } from '../../src/sql/functions/library.ts'
import type { AggregateCall, ColumnId, Expression, SortKey } from '../../src/sql/plan/expression.ts'
import type { OutputColumn, PlanNode, ScanNode } from '../../src/sql/plan/plan-node.ts'
import { datumCodec } from '../../src/sql/types/datum-codec.ts'
import { createTypeIo } from '../../src/sql/types/type-io-library.ts'
import type { TreeId } from '../../src/storage/access.ts'
import { type Datum, datumAt, vectorOf } from '../../src/storage/vector.ts'
import { testSession } from '../functions-b/evaluate-case.ts'
import type { MemoryAccess } from './memory-access.ts'

export const catalog: Catalog = builtinCatalog()
export const environment: ExecutorEnvironment = {
  catalog,
  functions: createFunctionLibrary(),
  io: createTypeIo(),
}

let nextId = 1
export function newId(): ColumnId {
  return nextId++ as ColumnId
}

export function typeOf(name: string): Oid {
  const type = catalog.findType('pg_catalog', name.replace('[]', ''), [])
  if (type === undefined) throw new Error(`no type ${name}`)
  return name.endsWith('[]') ? type.arrayType : type.oid
}

export function column(name: string, type: string): OutputColumn {
  return { id: newId(), name, type: typeOf(type), typmod: -1, collation: 0 as Oid }
}

export function ref(output: OutputColumn): Expression {
  const { id, name, type, typmod, collation } = output
  return { kind: 'column', column: id, name, type, typmod, collation }
}

export function constant(value: Datum | null, type: string): Expression {
  return { kind: 'constant', value, type: typeOf(type), typmod: -1, collation: 0 as Oid }
}

export function parameter(index: number, type: string): Expression {
  return { kind: 'parameter', index, type: typeOf(type), typmod: -1, collation: 0 as Oid }
}

/** An operator by name, of the argument types. */
export function op(name: string, left: Expression, right: Expression): Expression {
  const found = catalog
    .operatorsNamed('pg_catalog', name, [])
    .find((one) => one.left === left.type && one.right === right.type)
  if (found === undefined) throw new Error(`no operator ${name}`)
  return {
    kind: 'call',
    procedure: found.procedure,
    operator: found.oid,
    args: [left, right],
    inputCollation: 0 as Oid,
    type: found.result,
    typmod: -1,
    collation: 0 as Oid,
  }
}

export function call(
  name: string,
  argumentTypes: readonly string[],
  args: readonly Expression[],
): Expression {
  const types = argumentTypes.map(typeOf)
  const proc = catalog
    .functionsNamed('pg_catalog', name, [])
    .find((one) => one.argumentTypes.join() === types.join())
  if (proc === undefined) throw new Error(`no function ${name}`)
  return {
    kind: 'call',
    procedure: proc.oid,
    args,
    inputCollation: 0 as Oid,
    type: proc.returnType,
    typmod: -1,
    collation: 0 as Oid,
  }
}

export function bool(kind: 'and' | 'or', ...args: Expression[]): Expression {
  return { kind, args, type: typeOf('bool'), typmod: -1, collation: 0 as Oid }
}

/** 'count()', 'sum(int4)' … */
export function aggregate(
  signature: string,
  args: readonly Expression[],
  more: Partial<AggregateCall> = {},
): AggregateCall {
  const name = signature.slice(0, signature.indexOf('('))
  const declared = signature.slice(name.length + 1, -1)
  const types = declared === '' ? [] : declared.split(',').map((type) => typeOf(type))
  const proc = catalog
    .functionsNamed('pg_catalog', name, [])
    .find((one) => one.kind !== 'f' && one.argumentTypes.join() === types.join())
  if (proc === undefined) throw new Error(`no aggregate ${signature}`)
  return {
    kind: 'aggregate',
    procedure: proc.oid,
    signature,
    args,
    directArguments: 0,
    distinct: false,
    orderBy: [],
    inputCollation: 0 as Oid,
    type: proc.returnType,
    typmod: -1,
    collation: 0 as Oid,
    ...more,
  }
}

export function by(expression: Expression, options: Partial<SortKey> = {}): SortKey {
  const descending = options.descending === true
  return { expression, descending, nullsFirst: descending, locale: undefined, ...options }
}

/** A table made of rows, and a scan of all its columns. */
export function table(
  access: MemoryAccess,
  spec: Readonly<Record<string, string>>,
  rows: readonly (readonly (Datum | null)[])[],
): ScanNode & { readonly c: Readonly<Record<string, OutputColumn>> } {
  const names = Object.keys(spec)
  const types = names.map((name) => typeOf(spec[name]))
  const kinds = types.map((type) => catalog.type(type).kind)
  const oid = (20_000 + nextId++) as Oid
  const tree = oid as number as TreeId
  access.createTree(tree, { kind: 'table', columns: kinds })
  const columns = kinds.map((kind, k) =>
    vectorOf(
      kind,
      rows.map((row) => row[k]),
    ),
  )
  drain(access.insert(tree, { kind: 'batch', length: rows.length, columns }))
  const output = names.map((name) => column(name, spec[name]))
  return {
    kind: 'scan',
    relation: relationOf(oid, names, types, tree),
    tree,
    alias: 't',
    sources: names.map((_, position) => ({ kind: 'attribute', position })),
    output,
    c: Object.fromEntries(output.map((one) => [one.name, one])),
  }
}

function relationOf(
  oid: Oid,
  names: readonly string[],
  types: readonly Oid[],
  tree: TreeId,
): Relation {
  return {
    oid,
    name: 't',
    schema: 'public',
    kind: 'r',
    owner: 10 as Oid,
    rowType: 0 as Oid,
    isTemporary: false,
    columns: names.map((name, position) => ({
      number: position + 1,
      name,
      type: types[position],
      typmod: -1,
      collation: 0 as Oid,
      notNull: false,
      position,
    })),
    treeWidth: names.length,
    tree,
    indexes: [],
    checks: [],
    foreignKeys: [],
    referencedBy: [],
  }
}

export interface RunOptions {
  readonly parameters?: readonly (Datum | null)[]
  readonly memoryBytes?: number
  readonly spill?: SpillStore
}

export function contextOf(access: MemoryAccess, options: RunOptions = {}): ExecutionContext {
  return new ExecutionContext({
    session: testSession({}),
    catalog,
    access,
    parameters: options.parameters ?? [],
    memory: new MemoryBudget(options.memoryBytes),
    datumCodec,
    ...(options.spill && { spill: options.spill }),
  })
}

/** Prepares, runs to the end and returns the rows as arrays of datums. */
export function run(
  plan: PlanNode,
  access: MemoryAccess,
  options: RunOptions = {},
): (Datum | null)[][] {
  const prepared = prepare(plan, environment)
  const rows: (Datum | null)[][] = []
  for (const item of prepared.run(contextOf(access, options))) {
    if (item.kind !== 'batch') continue
    for (let i = 0; i < item.length; i++) rows.push(item.columns.map((one) => datumAt(one, i)))
  }
  return rows
}

export function drain<T>(task: Generator<unknown, T, void>): T {
  for (;;) {
    const step = task.next()
    if (step.done) return step.value
  }
}

/** Spilled bytes in memory, counted. */
export class MemorySpill implements SpillStore {
  readonly kept = new Map<number, Uint8Array>()
  appended = 0
  append(bytes: Uint8Array): number {
    this.kept.set(++this.appended, bytes.slice())
    return this.appended
  }
  read(id: number): Uint8Array {
    const bytes = this.kept.get(id)
    if (bytes === undefined) throw new Error('released already')
    return bytes
  }
  release(id: number): void {
    this.kept.delete(id)
  }
}

/** Functions in FROM: their columns, WITH ORDINALITY, ROWS FROM, column definition lists. */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { Expression as Ast } from '../../../parse/ast/expression.ts'
import type { ColumnTyping, FunctionReference } from '../../../parse/ast/select.ts'
import type { Expression } from '../../../plan/expression.ts'
import type { FunctionScanNode, OutputColumn } from '../../../plan/plan-node.ts'
import { inKind } from '../../context/scope.ts'
import { bindExpression } from '../../expression/bind-expression.ts'
import type { Binder } from '../../expression/binder.ts'
import { outputName } from '../../expression/name/output-name.ts'
import { resolveUnknown } from '../../resolve/coercion/coerce.ts'
import { type Field, knownFields } from '../../resolve/composite-fields.ts'
import { singleOutputName } from '../../resolve/candidate/function-output.ts'
import { resolveTypeName } from '../../resolve/type-name.ts'
import { isComplex } from '../../resolve/type-facts.ts'
import { TYPE } from '../../resolve/type-oids.ts'
import { type BoundFrom, aliasedNames, makeDerivedItem } from './from-item.ts'

interface BoundFunction {
  readonly call: Expression
  readonly fields: readonly Field[]
  readonly spreads: boolean
}

export function bindFunctionReference(binder: Binder, ast: FunctionReference): BoundFrom {
  const { context, scope } = binder
  const before = scope.lateralActive
  scope.lateralActive = true
  const query = scope.query
  const lastSet = query?.lastSetReturning
  let functions: readonly BoundFunction[]
  try {
    functions = expandUnnest(ast).map((one) => bindOne(binder, ast, one))
  } finally {
    scope.lateralActive = before
    if (query !== undefined) query.lastSetReturning = lastSet
  }
  const output: OutputColumn[] = functions.flatMap((one) =>
    one.fields.map((field) => context.newColumn(field.name, field)),
  )
  if (ast.withOrdinality) {
    output.push(
      context.newColumn('ordinality', {
        type: TYPE.int8,
        typmod: -1,
        collation: context.catalog.type(TYPE.int8).collation,
      }),
    )
  }
  const plan: FunctionScanNode = {
    kind: 'functionScan',
    functions: functions.map((one) => ({
      call: one.call,
      width: one.fields.length,
      spreads: one.spreads,
    })),
    withOrdinality: ast.withOrdinality,
    output,
  }
  const names = aliasedNames(
    output.map((column) => column.name),
    ast.alias,
    ast.position,
  )
  const [only] = functions
  const isScalar = functions.length === 1 && !ast.withOrdinality && only?.spreads === false
  const rowType =
    only !== undefined && functions.length === 1 && isComplex(context.catalog, only.call.type)
      ? { rowType: only.call.type }
      : {}
  const alias = ast.alias?.name ?? functionName(ast)
  return makeDerivedItem(context, scope, plan, { alias, names, isScalar, ...rowType })
}

function functionName(ast: FunctionReference): string {
  const call = ast.functions[0]?.call
  return call === undefined ? '' : outputName(call)
}

interface FunctionAst {
  readonly call: Ast
  readonly columnDefinitions: readonly ColumnTyping[]
}

/** unnest(a, b) is ROWS FROM (unnest(a), unnest(b)). */
function expandUnnest(ast: FunctionReference): readonly FunctionAst[] {
  return ast.functions.flatMap((one): readonly FunctionAst[] => {
    const { call } = one
    const isUnnest =
      call.kind === 'call' &&
      call.name.name === 'unnest' &&
      call.name.schema === undefined &&
      call.args.length > 1 &&
      one.columnDefinitions.length === 0
    if (!isUnnest) return [one]
    return call.args.map((arg) => ({
      call: { ...call, args: [arg], name: { schema: 'pg_catalog', name: 'unnest' } },
      columnDefinitions: [],
    }))
  })
}

function bindOne(binder: Binder, ast: FunctionReference, one: FunctionAst): BoundFunction {
  const { context } = binder
  const call = inKind(binder.scope, 'fromFunction', () =>
    resolveUnknown(context, bindExpression(binder, one.call)),
  )
  const definitions =
    one.columnDefinitions.length > 0 ? one.columnDefinitions : ast.columnDefinitions
  const known = knownFields(context, call)
  if (definitions.length > 0) {
    checkDefinitions(binder, call, known, definitions)
    const fields = definedFields(binder, definitions)
    const listed = call.kind === 'call' ? { ...call, recordColumns: fields } : call
    return { call: listed, fields, spreads: true }
  }
  if (known !== undefined) return { call, fields: known, spreads: true }
  if (call.type === TYPE.record) {
    throw new SqlError(
      '42601',
      'a column definition list is required for functions returning "record"',
      { position: one.call.position },
    )
  }
  const name = scalarName(binder, ast, call, one.call)
  const { type, typmod, collation } = call
  return { call, fields: [{ name, type, typmod, collation }], spreads: false }
}

function scalarName(
  binder: Binder,
  ast: FunctionReference,
  call: Expression,
  written: Ast,
): string {
  const out = call.kind === 'call' ? singleOutputName(binder.context, call) : undefined
  if (out !== undefined) return out
  if (ast.alias !== undefined && ast.functions.length === 1) return ast.alias.name
  return outputName(written)
}

function checkDefinitions(
  binder: Binder,
  call: Expression,
  known: readonly Field[] | undefined,
  definitions: readonly ColumnTyping[],
): void {
  const position = definitions[0]?.position
  if (call.type !== TYPE.record) {
    const message = isComplex(binder.context.catalog, call.type)
      ? 'a column definition list is redundant for a function returning a named composite type'
      : 'a column definition list is only allowed for functions returning "record"'
    throw new SqlError('42601', message, { position })
  }
  if (known !== undefined) {
    throw new SqlError(
      '42601',
      'a column definition list is redundant for a function with OUT parameters',
      { position },
    )
  }
}

function definedFields(binder: Binder, definitions: readonly ColumnTyping[]): readonly Field[] {
  const { context } = binder
  return definitions.map((definition) => {
    const { type, typmod } = resolveTypeName(context, definition.type)
    const { collation } = context.catalog.type(type)
    return { name: definition.name, type, typmod, collation }
  })
}

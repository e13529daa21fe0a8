/** What DDL asks of the binder and the executor, answered with those of the session. */
import { SqlError, assert, unsupported } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { BatchStream, Task } from '../../../../storage/task.ts'
import type { Batch, Datum } from '../../../../storage/vector.ts'
import type { RelationAccess } from '../../../bind/context/relation-access.ts'
import { BindContext } from '../../../bind/context/bind-context.ts'
import type { ExpressionKind } from '../../../bind/context/expression-kind.ts'
import type { RangeItem } from '../../../bind/context/scope.ts'
import { deparseExpression } from '../../../bind/deparse/deparse-expression.ts'
import { bindOverItem } from '../../../bind/expression/bind-stored-expression.ts'
import { bindQuery, isBindable } from '../../../bind/bind-query.ts'
import {
  coerceToBoolean,
  coerceToTarget,
  resolveUnknown,
} from '../../../bind/resolve/coercion/coerce.ts'
import { formatType } from '../../../bind/resolve/format-type.ts'
import { checkFunctionBody } from '../../../bind/sql-function/check-body.ts'
import { expandStored } from '../../../bind/sql-function/expand-functions.ts'
import { resolveTypeName } from '../../../bind/resolve/type-name.ts'
import type { CatalogSnapshot } from '../../../catalog/catalog-snapshot.ts'
import type { ForeignKey, Oid } from '../../../catalog/catalog.ts'
import type {
  AnalyzedExpression,
  AnalyzedQuery,
  DdlServices,
  ExpressionScope,
  KeyFinder,
  NamedSettingChange,
  ObjectAddress,
  ResolvedType,
  RowEvaluator,
} from '../../../commands/ddl-services.ts'
import type { DatabaseDirectory } from '../../../commands/database/database-directory.ts'
import { compileExpression } from '../../../execute/expression/compile-expression.ts'
import { Compilation } from '../../../execute/expression/kernel.ts'
import { translateKey } from '../../../execute/operators/modify/references/key-translation.ts'
import type { TypeName } from '../../../parse/ast/common.ts'
import type { Expression as Syntax } from '../../../parse/ast/expression.ts'
import type { Query } from '../../../parse/ast/select.ts'
import type { ExecuteStatement } from '../../../parse/ast/utility.ts'
import { deparseQuery } from '../../../parse/deparse/query.ts'
import { parse, parseExpression } from '../../../parse/parse.ts'
import type { ColumnId, Expression } from '../../../plan/expression.ts'
import { rewriteExpression, walkExpression } from '../../../plan/expression-tree.ts'
import { columnReference } from '../../../plan/plan-tree.ts'
import type { OutputColumn } from '../../../plan/plan-node.ts'
import { isImmutable } from '../../../plan/volatility.ts'
import { storedSetting } from '../../settings/stored-setting.ts'
import { executionContext, planQuery } from '../plan/planned-query.ts'
import type { QueryEnvironment } from '../plan/planned-query.ts'

/** OIDs of the catalogs that objects are found in. */
const PG_PROC = 1255 as Oid
const PG_CLASS = 1259 as Oid
const REGCLASS = 2205
const UNKNOWN = 705 as Oid
const INTERVAL = 1186 as Oid

interface BoundExpression {
  readonly expression: Expression
  /** What the catalog keeps: the assignment to the target is made anew wherever it is used. */
  readonly stored: Expression
  /** The scope's columns by the ids that the expression knows them by. */
  readonly columns: ReadonlyMap<ColumnId, ExpressionScope['columns'][number]>
}

export class SessionDdlServices implements DdlServices {
  readonly #environment: QueryEnvironment

  constructor(environment: QueryEnvironment) {
    this.#environment = environment
  }

  readSetting(change: NamedSettingChange): { name: string; value: string | undefined } {
    return storedSetting(change, (name) => this.#environment.session.setting(name))
  }

  get databases(): DatabaseDirectory {
    return this.#environment.database.directory
  }

  passwordSecret(password: string): Task<string> {
    return this.#environment.database.passwordSecret(password)
  }

  hasInternalFunction(symbol: string): boolean {
    const { functions } = this.#environment.database
    return functions.findScalar(symbol) !== undefined || functions.findSet(symbol) !== undefined
  }

  checkFunctionBody(procedure: Oid, catalog: CatalogSnapshot): void {
    checkFunctionBody(this.#bindContext(catalog), procedure)
  }

  resolveTypeName(name: TypeName, catalog: CatalogSnapshot): ResolvedType {
    return resolveTypeName(this.#bindContext(catalog), name)
  }

  analyzeExpression(syntax: Syntax | string, scope: ExpressionScope): AnalyzedExpression {
    const { expression, stored, columns } = this.#bind(syntax, scope)
    const { session, database } = this.#environment
    const text = deparseExpression(stored, {
      catalog: scope.catalog,
      session,
      io: database.typeIo,
      // Names outside pg_catalog are written with their schema: the text must mean the same under any search path.
      searchPath: [],
      columnName: (column) => columns.get(column)?.name ?? 'value',
    })
    const { type, typmod, collation } = expression
    return {
      text,
      type,
      typmod,
      collation,
      isImmutable: isImmutable(withoutColumns(expression), scope.catalog),
      columns: [...new Set(usedColumns(expression).flatMap((id) => columns.get(id)?.number ?? []))],
      references: referencesOf(expression),
    }
  }

  keyFinder(key: ForeignKey, catalog: CatalogSnapshot): KeyFinder {
    const [referencing, referenced] = [key.table, key.referencedTable].map((oid) => {
      const relation = catalog.relation(oid)
      assert(relation !== undefined, `relation ${oid} of a foreign key exists`)
      return relation
    })
    assert(referencing !== undefined && referenced !== undefined, 'a foreign key has two sides')
    const context = executionContext({ ...this.#environment, catalog }, [])
    const compilation = this.#compilation(catalog)
    return translateKey(key, referencing, referenced, { context, compilation }).toReferenced
  }

  evaluator(expressions: readonly (Syntax | string)[], scope: ExpressionScope): RowEvaluator {
    const environment = { ...this.#environment, catalog: scope.catalog }
    const compilation = this.#compilation(scope.catalog)
    const kernels = expressions.map((syntax) => {
      const { expression: bound, columns } = this.#bind(syntax, scope)
      const expression = expandStored(this.#bindContext(scope.catalog), bound)
      const layout = new Map([...columns].map(([id, column]) => [id, column.position]))
      return compileExpression(expression, layout, compilation)
    })
    const context = executionContext(environment, [])
    return (rows: Batch) => kernels.map((kernel) => kernel(rows, context))
  }

  analyzeQuery(query: Query | ExecuteStatement, catalog: CatalogSnapshot): AnalyzedQuery {
    if (query.kind === 'execute') throw unsupported('CREATE TABLE AS EXECUTE')
    const { session, database } = this.#environment
    const bound = bindQuery(query, {
      catalog,
      searchPath: session.searchPath,
      session,
      typeIo: database.typeIo,
      parameterTypes: [],
    })
    refuseParameters(bound.parameters)
    return {
      text: deparseQuery(query),
      columns: bound.columns,
      references: bound.accesses.flatMap(relationReferences),
    }
  }

  *runQuery(
    query: Query | ExecuteStatement | string,
    catalog: CatalogSnapshot,
    searchPath: readonly string[],
  ): BatchStream {
    const syntax = typeof query === 'string' ? parse(query)[0]?.statement : query
    if (syntax === undefined || !isBindable(syntax))
      throw unsupported('this statement as a stored query')
    const environment = { ...this.#environment, catalog, searchPath }
    const planned = planQuery(syntax, environment)
    yield* planned.prepared.run(executionContext(environment, []))
  }

  formatValue(type: Oid, value: unknown, catalog: CatalogSnapshot): string {
    const { session, database } = this.#environment
    const info = catalog.type(type)
    const output = database.typeIo.findOutput(info.output)
    if (output === undefined) throw unsupported(`output of type ${info.name}`)
    const context = { session, catalog, io: database.typeIo, type: info, typmod: -1 }
    return output(value as Datum, context) // a datum of that type, by the interface's contract
  }

  #compilation(catalog: CatalogSnapshot): Compilation {
    const { functions, typeIo: io } = this.#environment.database
    return new Compilation({ catalog, functions, io })
  }

  #bindContext(catalog: CatalogSnapshot): BindContext {
    const { session, database } = this.#environment
    return new BindContext({
      catalog,
      searchPath: session.searchPath,
      session,
      typeIo: database.typeIo,
    })
  }

  #bind(syntax: Syntax | string, scope: ExpressionScope): BoundExpression {
    const context = this.#bindContext(scope.catalog)
    const ast = typeof syntax === 'string' ? parseExpression(syntax) : syntax
    const columns = new Map(scope.columns.map((column) => [context.newColumnId(), column]))
    const kind: ExpressionKind = scope.purpose === 'alterUsing' ? 'transform' : scope.purpose
    const bound = bindOverItem(context, ast, kind, scopeItem(scope, columns))
    const expression = coerceFor(context, bound, scope)
    return { expression, stored: beforeAssignment(context, bound, expression, scope), columns }
  }
}

/** Without the conversions that an assignment adds. A literal gets its type from the target, its length only later. */
function beforeAssignment(
  context: BindContext,
  bound: Expression,
  coerced: Expression,
  { target }: ExpressionScope,
): Expression {
  if (target === undefined) return coerced
  if (bound.type !== UNKNOWN) return bound
  const typmod = target.type === INTERVAL ? target.typmod : -1
  const { type } = target
  return coerceToTarget(context, bound, { type, typmod }, 'assignment') ?? coerced
}

/** The columns that are read; the relation as such where none is. */
function relationReferences({ relation, columns }: RelationAccess): readonly ObjectAddress[] {
  const read = [...(columns.get('r') ?? [])]
  const parts = read.length === 0 ? [0] : read
  return parts.map((subId) => ({ classId: PG_CLASS, objectId: relation.oid, subId }))
}

/** The relation's columns, or VALUE for a domain's check, as names to bind over. */
function scopeItem(
  scope: ExpressionScope,
  columns: BoundExpression['columns'],
): RangeItem | undefined {
  const { valueType } = scope
  if (valueType === undefined && scope.columns.length === 0 && scope.relationName === undefined)
    return undefined
  const references = [...columns].map(([id, column]) =>
    columnReference({ ...column, id } satisfies OutputColumn),
  )
  const value: Expression | undefined =
    valueType === undefined ? undefined : { kind: 'placeholder', ...valueType }
  return {
    alias: scope.relationName ?? '',
    names: value === undefined ? scope.columns.map((column) => column.name) : ['value'],
    column: (index) => {
      const column = scope.columns[index]
      if (scope.purpose === 'generated' && column?.isGenerated === true)
        throw generatedFromGenerated(column.name)
      return value ?? references[index]!
    },
    origin: () => ({ table: 0, attribute: 0 }),
    wholeRow: () => {
      throw unsupported('a whole-row reference in a stored expression')
    },
    relationVisible: scope.relationName !== undefined,
    columnsVisible: true,
    lateralOnly: false,
    lateralAllowed: true,
    nullable: false,
  }
}

function generatedFromGenerated(column: string): SqlError {
  return new SqlError(
    SQLSTATE.INVALID_OBJECT_DEFINITION,
    `cannot use generated column "${column}" in column generation expression`,
    { detail: 'A generated column cannot reference another generated column.' },
  )
}

/** What the catalogs keep is run without parameters. */
function refuseParameters(parameters: readonly Oid[]): void {
  if (parameters.length > 0)
    throw new SqlError(SQLSTATE.UNDEFINED_PARAMETER, 'there is no parameter $1')
}

function coerceFor(
  context: BindContext,
  bound: Expression,
  { purpose, target }: ExpressionScope,
): Expression {
  if (purpose === 'check' || purpose === 'domainCheck')
    return coerceToBoolean(context, bound, 'CHECK')
  if (purpose === 'indexPredicate') return coerceToBoolean(context, bound, 'WHERE')
  if (target === undefined) return resolveUnknown(context, bound)
  const coerced = coerceToTarget(context, bound, target, 'assignment')
  if (coerced !== undefined) return coerced
  const subject = purpose === 'alterUsing' ? 'result of USING clause for column' : 'column'
  const found = purpose === 'generated' ? 'generation expression' : 'default expression'
  const [wanted, given] = [formatType(context, target.type), formatType(context, bound.type)]
  const message =
    purpose === 'alterUsing'
      ? `${subject} "${target.columnName}" cannot be cast automatically to type ${wanted}`
      : `${subject} "${target.columnName}" is of type ${wanted} but ${found} is of type ${given}`
  const hint =
    purpose === 'alterUsing'
      ? 'You might need to add an explicit cast.'
      : 'You will need to rewrite or cast the expression.'
  throw new SqlError(SQLSTATE.DATATYPE_MISMATCH, message, { hint })
}

function usedColumns(expression: Expression): readonly ColumnId[] {
  const used: ColumnId[] = []
  walkExpression(expression, (node) => {
    if (node.kind === 'column') used.push(node.column)
  })
  return used
}

/** Columns do not make an expression less than immutable here; nulls of their types stand in for them. */
function withoutColumns(expression: Expression): Expression {
  const replace = (node: Expression): Expression =>
    node.kind === 'column' || node.kind === 'placeholder'
      ? {
          kind: 'constant',
          value: null,
          type: node.type,
          typmod: node.typmod,
          collation: node.collation,
        }
      : node
  return rewriteExpression(expression, replace)
}

function referencesOf(expression: Expression): readonly ObjectAddress[] {
  const references: ObjectAddress[] = []
  walkExpression(expression, (node) => {
    if (node.kind === 'call')
      references.push({ classId: PG_PROC, objectId: node.procedure, subId: 0 })
    // nextval('s'::regclass) needs the sequence.
    if (
      node.kind === 'constant' &&
      (node.type as number) === REGCLASS &&
      typeof node.value === 'number'
    ) {
      references.push({ classId: PG_CLASS, objectId: node.value as Oid, subId: 0 })
    }
  })
  return references
}

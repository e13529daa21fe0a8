/**
 * Functions, procedures, triggers, DO and CALL; and SET clauses, which functions and roles carry
 * too.
 */
import type * as raw from '@pgsql/types'
import { AssertionError, SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type {
  CreateTriggerStatement,
  FunctionParameter,
  RoutineOption,
  RoutineReference,
  SettingChange,
  SqlBody,
} from '../../ast/routine.ts'
import { integerText, qualifiedName, relationName, typeName, typeNames } from '../common.ts'
import {
  convertExpression,
  convertExpressions,
  optionalExpression,
} from '../expression/expression.ts'
import { functionCall } from '../expression/function-call.ts'
import {
  asKind,
  fromEnum,
  listItems,
  onlyKind,
  required,
  stringValue,
  stringValues,
} from '../raw-node.ts'
import type { Node } from '../raw-node.ts'
import type { SourceText } from '../source-text.ts'
import type { StatementConverters } from '../statement.ts'
import { convertStatement } from '../statement.ts'

const PARAMETER_MODES: Record<raw.FunctionParameterMode, FunctionParameter['mode']> = {
  FUNC_PARAM_DEFAULT: 'in',
  FUNC_PARAM_IN: 'in',
  FUNC_PARAM_OUT: 'out',
  FUNC_PARAM_INOUT: 'inout',
  FUNC_PARAM_VARIADIC: 'variadic',
  FUNC_PARAM_TABLE: 'table',
}

export function functionParameters(
  nodes: readonly Node[] | undefined,
  source: SourceText,
): FunctionParameter[] {
  return (nodes ?? []).map((node) => {
    const parameter = onlyKind(node, 'FunctionParameter')
    return {
      name: parameter.name,
      type: typeName(parameter.argType, source),
      mode: fromEnum(PARAMETER_MODES, parameter.mode, 'parameter mode'),
      default: optionalExpression(parameter.defexpr, source),
      position: source.position(parameter.location),
    }
  })
}

/**
 * f(int, OUT text): with parameters where the grammar keeps them, else with plain argument types.
 */
export function routineReference(node: raw.ObjectWithArgs, source: SourceText): RoutineReference {
  return { ...qualifiedName(node.objname), args: routineArguments(node, source) }
}

function routineArguments(node: raw.ObjectWithArgs, source: SourceText) {
  if (node.args_unspecified) return undefined
  if (node.objfuncargs) return functionParameters(node.objfuncargs, source)
  return typeNames(node.objargs, source).map((type) => ({ type, mode: 'in' as const }))
}

function routineOptions(nodes: readonly Node[] | undefined, source: SourceText): RoutineOption[] {
  return (nodes ?? []).map((node) => routineOption(onlyKind(node, 'DefElem'), source))
}

function routineOption(node: raw.DefElem, source: SourceText): RoutineOption {
  const position = source.position(node.location)
  const flag = (): boolean => asKind(node.arg, 'Boolean')?.boolval ?? false
  switch (node.defname) {
    case 'as': {
      const [text = '', symbol] = stringValues(listItems(node.arg))
      return { kind: 'as', source: text, symbol, position }
    }
    case 'language':
      return { kind: 'language', language: stringValue(node.arg), position }
    case 'volatility': {
      const volatility = stringValue(node.arg) as 'immutable' | 'stable' | 'volatile' // the grammar's three
      return { kind: 'volatility', volatility, position }
    }
    case 'strict':
    case 'leakproof':
    case 'window':
      return { kind: node.defname, value: flag(), position }
    case 'security':
      return { kind: 'securityDefiner', value: flag(), position }
    case 'cost':
    case 'rows':
      return { kind: node.defname, value: integerText(node.arg), position }
    case 'parallel':
      return { kind: 'parallel', value: stringValue(node.arg), position }
    case 'support':
      return { kind: 'support', value: stringValues(listItems(node.arg)).join('.'), position }
    case 'set':
      return {
        kind: 'set',
        setting: settingChange(onlyKind(node.arg, 'VariableSetStmt'), source),
        position,
      }
    case 'transform':
      return { kind: 'transform', types: typeNames(listItems(node.arg), source), position }
    default:
      throw new AssertionError(`unexpected function option ${node.defname}`)
  }
}

export function settingChange(node: raw.VariableSetStmt, source: SourceText): SettingChange {
  const name = node.name ?? ''
  switch (node.kind) {
    case 'VAR_SET_VALUE':
      return { kind: 'value', name, values: convertExpressions(node.args, source) }
    case 'VAR_SET_DEFAULT':
      return { kind: 'default', name }
    case 'VAR_SET_CURRENT':
      return { kind: 'current', name }
    case 'VAR_RESET':
      return { kind: 'reset', name }
    case 'VAR_RESET_ALL':
      return { kind: 'resetAll' }
    default:
      throw new AssertionError(`unexpected SET ${node.kind}`)
  }
}

/** RETURN expression, or BEGIN ATOMIC: a list with one list of statements. */
function sqlBody(node: Node, source: SourceText): SqlBody {
  const result = asKind(node, 'ReturnStmt')
  if (result) return { kind: 'return', expression: convertExpression(result.returnval, source) }
  const [list] = listItems(node)
  const statements = listItems(list).map((statement) => {
    const inner = asKind(statement, 'ReturnStmt')
    return inner
      ? { kind: 'return' as const, expression: convertExpression(inner.returnval, source) }
      : convertStatement(statement, source)
  })
  return { kind: 'atomic', statements }
}

/** PostgreSQL's TRIGGER_TYPE_… bits. */
const TRIGGER = { BEFORE: 2, INSERT: 4, DELETE: 8, UPDATE: 16, TRUNCATE: 32, INSTEAD: 64 } as const

function createTrigger(node: raw.CreateTrigStmt, source: SourceText): CreateTriggerStatement {
  const events = node.events ?? 0
  const timing = node.timing ?? 0
  return {
    kind: 'createTrigger',
    name: node.trigname ?? '',
    table: relationName(node.relation, source),
    orReplace: node.replace ?? false,
    isConstraint: node.isconstraint ?? false,
    function: qualifiedName(node.funcname),
    args: stringValues(node.args),
    level: node.row ? 'row' : 'statement',
    timing: timing & TRIGGER.INSTEAD ? 'insteadOf' : timing & TRIGGER.BEFORE ? 'before' : 'after',
    events: [
      ...(events & TRIGGER.INSERT ? (['insert'] as const) : []),
      ...(events & TRIGGER.UPDATE ? (['update'] as const) : []),
      ...(events & TRIGGER.DELETE ? (['delete'] as const) : []),
      ...(events & TRIGGER.TRUNCATE ? (['truncate'] as const) : []),
    ],
    columns: stringValues(node.columns),
    when: optionalExpression(node.whenClause, source),
    transitions: (node.transitionRels ?? []).map((item) => {
      const { name, isNew, isTable } = onlyKind(item, 'TriggerTransition')
      return { name: name ?? '', isNew: isNew ?? false, isTable: isTable ?? false }
    }),
    deferrable: node.deferrable ?? false,
    initiallyDeferred: node.initdeferred ?? false,
    constraintTable: node.constrrel && relationName(node.constrrel, source),
  }
}

const ROUTINE_TYPES = {
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'procedure',
  OBJECT_ROUTINE: 'routine',
  OBJECT_AGGREGATE: 'aggregate',
} as const

export const ROUTINE_CONVERTERS: StatementConverters = {
  CreateTrigStmt: createTrigger,
  CreateFunctionStmt: (node, source) => ({
    kind: 'createFunction',
    isProcedure: node.is_procedure ?? false,
    orReplace: node.replace ?? false,
    name: qualifiedName(node.funcname),
    parameters: functionParameters(node.parameters, source),
    returns: node.returnType && typeName(node.returnType, source),
    options: routineOptions(node.options, source),
    body: node.sql_body && sqlBody(node.sql_body, source),
  }),
  AlterFunctionStmt: (node, source) => ({
    kind: 'alterFunction',
    objectType: fromEnum(ROUTINE_TYPES, node.objtype as keyof typeof ROUTINE_TYPES, 'ALTER of'),
    function: routineReference(required(node.func, 'the function'), source),
    options: routineOptions(node.actions, source),
  }),
  DoStmt: (node) => {
    const elements = (node.args ?? []).map((item) => onlyKind(item, 'DefElem'))
    const value = (name: string): string | undefined => {
      const arg = elements.find((element) => element.defname === name)?.arg
      return arg && stringValue(arg)
    }
    const code = value('as')
    if (code === undefined) throw new SqlError(SQLSTATE.SYNTAX_ERROR, 'no inline code specified')
    return { kind: 'do', source: code, language: value('language') ?? 'plpgsql' }
  },
  CallStmt: (node, source) => ({
    kind: 'call',
    call: functionCall(required(node.funccall, 'the call'), source),
  }),
}

/** The parameter list of CREATE FUNCTION: types, modes, names and defaults as pg_proc keeps them, and the result they imply. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { oidOf } from '../../catalog/store/catalog-tables.ts'
import { formatTextArray } from '../../catalog/describe/text-array.ts'
import type { ProcRow } from '../../catalog/rows/object-rows.ts'
import type { FunctionParameter } from '../../parse/ast/routine.ts'
import type { CommandContext } from '../command-context.ts'

const RECORD = oidOf(2249)
const MODES = { in: 'i', out: 'o', inout: 'b', variadic: 'v', table: 't' } as const

export interface RoutineParameters {
  readonly columns: Partial<ProcRow>
  /** Types of the input parameters. */
  readonly inputs: readonly Oid[]
  /** What OUT and TABLE parameters make the result; undefined without any. */
  readonly result: Oid | undefined
  readonly isTable: boolean
}

interface Resolved {
  readonly parameter: FunctionParameter
  readonly type: Oid
}

export function routineParameters(
  context: CommandContext,
  parameters: readonly FunctionParameter[],
): RoutineParameters {
  const all = parameters.map((parameter) => ({
    parameter,
    type: context.services.resolveTypeName(parameter.type, context.catalog).type,
  }))
  checkNames(parameters)
  const inputs = all.filter(({ parameter }) => isInput(parameter))
  const outputs = all.filter(({ parameter }) => isOutput(parameter))
  const names = parameters.map(({ name }) => name ?? '')
  const plain = parameters.every(({ mode }) => mode === 'in')
  const defaults = defaultTexts(context, inputs)
  return {
    columns: {
      pronargs: inputs.length,
      proargtypes: inputs.map(({ type }) => type).join(' '),
      proallargtypes: plain ? null : `{${all.map(({ type }) => type).join(',')}}`,
      proargmodes: plain ? null : `{${parameters.map(({ mode }) => MODES[mode]).join(',')}}`,
      proargnames: names.every((name) => name === '') ? null : formatTextArray(names),
      proargdefaults: defaults.length === 0 ? null : JSON.stringify(defaults),
      pronargdefaults: defaults.length,
      provariadic: variadicElement(context, all),
    },
    inputs: inputs.map(({ type }) => type),
    result: outputs.length === 0 ? undefined : outputs.length === 1 ? outputs[0]?.type : RECORD,
    isTable: parameters.some(({ mode }) => mode === 'table'),
  }
}

function isInput({ mode }: FunctionParameter): boolean {
  return mode !== 'out' && mode !== 'table'
}

function isOutput({ mode }: FunctionParameter): boolean {
  return mode === 'out' || mode === 'table' || mode === 'inout'
}

function checkNames(parameters: readonly FunctionParameter[]): void {
  parameters.forEach((one, i) => {
    const clash = parameters
      .slice(0, i)
      .some((other) => other.name === one.name && clashes(other, one))
    if (one.name === undefined || one.name === '' || !clash) return
    throw new SqlError('42P13', `parameter name "${one.name}" used more than once`)
  })
}

/** Input names among themselves, output names among themselves; INOUT is both. */
function clashes(a: FunctionParameter, b: FunctionParameter): boolean {
  return (
    (isInput(a) && isInput(b)) ||
    (isOutput(a) && isOutput(b)) ||
    a.mode === 'table' ||
    b.mode === 'table'
  )
}

function variadicElement(context: CommandContext, all: readonly Resolved[]): Oid {
  const found = all.find(({ parameter }) => parameter.mode === 'variadic')
  if (found === undefined) return oidOf(0)
  const { elementType, name } = context.catalog.type(found.type)
  const polymorphic: Readonly<Record<string, number>> = {
    anyarray: 2283,
    anycompatiblearray: 5077,
    any: 2276,
  }
  const element = polymorphic[name] ?? elementType
  if (element === 0) throw new SqlError('42P13', 'VARIADIC parameter must be an array')
  return oidOf(element)
}

function defaultTexts(context: CommandContext, inputs: readonly Resolved[]): readonly string[] {
  const first = inputs.findIndex(({ parameter }) => parameter.default !== undefined)
  if (first < 0) return []
  return inputs.slice(first).map(({ parameter, type }) => {
    if (parameter.default === undefined) {
      throw new SqlError(
        '42P13',
        'input parameters after one with a default value must also have defaults',
      )
    }
    const target = { type, typmod: -1, columnName: parameter.name ?? '' }
    const { catalog } = context
    const scope = { catalog, purpose: 'default' as const, columns: [] }
    const isPolymorphic = catalog.type(type).typeType === 'p'
    return context.services.analyzeExpression(
      parameter.default,
      isPolymorphic ? scope : { ...scope, target },
    ).text
  })
}

/** Columns of a function's result: OUT parameters, TABLE columns, or the columns of the composite type it returns. */
import type { FunctionCall } from '../../../plan/expression.ts'
import type { BindContext } from '../../context/bind-context.ts'
import { compositeColumns } from '../coercion/coerce-record.ts'
import type { Field } from '../composite-fields.ts'
import { enforceGenericTypes } from './polymorphic.ts'
import { isComplex, isPolymorphic } from '../type-facts.ts'
import { TYPE } from '../type-oids.ts'

/** undefined: a scalar result, or a record that only a column definition list can describe. */
export function functionOutputColumns(
  context: BindContext,
  call: FunctionCall,
): readonly Field[] | undefined {
  const proc = context.catalog.proc(call.procedure)
  if (proc === undefined) return undefined
  if (call.type === TYPE.record || isPolymorphic(proc.returnType)) {
    const out = outParameters(context, call)
    if (out !== undefined && out.length > 1) return out
  }
  return isComplex(context.catalog, call.type) ? compositeColumns(context, call.type) : undefined
}

function outParameters(context: BindContext, call: FunctionCall): readonly Field[] | undefined {
  const proc = context.catalog.proc(call.procedure)
  const types = proc?.allArgumentTypes
  const modes = proc?.argumentModes
  if (proc === undefined || types === undefined || modes === undefined) return undefined
  const actual = call.args.map((arg) => arg.type)
  const declared = proc.argumentTypes.slice(0, actual.length)
  const fields: Field[] = []
  types.forEach((declaredType, i) => {
    const mode = modes[i]
    if (mode !== 'o' && mode !== 'b' && mode !== 't') return
    const type = isPolymorphic(declaredType)
      ? enforceGenericTypes(context, actual, declared, declaredType).result
      : declaredType
    const { collation } = context.catalog.type(type)
    const name = proc.argumentNames[i] ?? ''
    fields.push({
      name: name === '' ? `column${fields.length + 1}` : name,
      type,
      typmod: -1,
      collation,
    })
  })
  return fields
}

/** The name of a function's only OUT parameter, which names its column in FROM. */
export function singleOutputName(context: BindContext, call: FunctionCall): string | undefined {
  const proc = context.catalog.proc(call.procedure)
  const modes = proc?.argumentModes
  if (proc === undefined || modes === undefined) return undefined
  const names = proc.argumentNames.filter(
    (_, i) => modes[i] === 'o' || modes[i] === 'b' || modes[i] === 't',
  )
  const [name] = names
  return names.length === 1 && name !== '' ? name : undefined
}

/** What CREATE FUNCTION checks of a body in SQL: that it binds over its parameters and gives what the function returns. */
import { SqlError, assert } from '../../../errors/sql-error.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { Expression, FunctionCall } from '../../plan/expression.ts'
import type { BindContext } from '../context/bind-context.ts'
import { functionOutputColumns } from '../resolve/candidate/function-output.ts'
import { isPolymorphic } from '../resolve/type-facts.ts'
import { NO_OID, TYPE } from '../resolve/type-oids.ts'
import { expandInExpression, expandInPlan } from './expand-functions.ts'
import { bodyStatements } from './function-body.ts'

export function checkFunctionBody(context: BindContext, procedure: Oid): void {
  const proc = context.catalog.proc(procedure)
  assert(proc !== undefined, 'the function was just stored')
  bodyStatements(proc)
  if (proc.argumentTypes.some(isPolymorphic)) return // bound when the types are known
  const call: FunctionCall = {
    kind: 'call',
    procedure,
    args: proc.argumentTypes.map((type): Expression => {
      const { collation } = context.catalog.type(type)
      return { kind: 'constant', value: null, type, typmod: -1, collation }
    }),
    type: proc.returnType,
    typmod: -1,
    collation: context.catalog.type(proc.returnType).collation,
    inputCollation: NO_OID,
  }
  try {
    bindCall(context, call, proc.returnsSet)
  } catch (error) {
    // It may be defined, though it cannot be called yet.
    if (!(error instanceof SqlError) || error.code !== '0A000') throw error
  }
}

function bindCall(context: BindContext, call: FunctionCall, returnsSet: boolean): void {
  if (!returnsSet) {
    expandInExpression(context, call)
    return
  }
  const fields = functionOutputColumns(context, call)
  if (fields === undefined && call.type === TYPE.record) return
  const spread = fields ?? [{ name: '', type: call.type, typmod: -1, collation: call.collation }]
  expandInPlan(context, {
    kind: 'functionScan',
    functions: [{ call, width: spread.length, spreads: fields !== undefined }],
    withOrdinality: false,
    output: spread.map((field) => context.newColumn(field.name, field)),
  })
}

/** The errors of calls: unknown, ambiguous, and decorations (DISTINCT, OVER, FILTER …) a function does not take. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Oid, ProcInfo } from '../../catalog/catalog.ts'
import type { FunctionCall as Ast } from '../../parse/ast/expression.ts'
import type { Expression } from '../../plan/expression.ts'
import type { BindContext } from '../context/bind-context.ts'
import { formatType } from '../resolve/format-type.ts'
import { baseElementType } from '../resolve/type-facts.ts'
import { NO_OID, TYPE } from '../resolve/type-oids.ts'

function signature(
  context: BindContext,
  node: Ast,
  names: readonly string[],
  types: readonly Oid[],
): string {
  const { schema, name } = node.name
  const positional = types.length - names.length
  const args = types.map((type, i) => {
    const named = names[i - positional]
    const text = formatType(context, type)
    return named === undefined ? text : `${named} => ${text}`
  })
  const written = schema === undefined ? name : `${schema}.${name}`
  return `${written}(${args.join(', ')})`
}

export function missingFunction(
  context: BindContext,
  node: Ast,
  names: readonly string[],
  types: readonly Oid[],
): SqlError {
  const { schema } = node.name
  if (schema !== undefined && !context.catalog.hasSchema(schema)) {
    return new SqlError('3F000', `schema "${schema}" does not exist`, { position: node.position })
  }
  const hint =
    node.orderBy.length > 1 && !node.withinGroup
      ? 'No aggregate function matches the given name and argument types. Perhaps you misplaced ORDER BY; ORDER BY must appear after all regular arguments of the aggregate.'
      : 'No function matches the given name and argument types. You might need to add explicit type casts.'
  const message = `function ${signature(context, node, names, types)} does not exist`
  return new SqlError('42883', message, { hint, position: node.position })
}

export function ambiguousFunction(
  context: BindContext,
  node: Ast,
  names: readonly string[],
  types: readonly Oid[],
): SqlError {
  return new SqlError('42725', `function ${signature(context, node, names, types)} is not unique`, {
    hint: 'Could not choose a best candidate function. You might need to add explicit type casts.',
    position: node.position,
  })
}

/** What the function found is, against what the call was decorated with. */
export function checkPlainCall(
  context: BindContext,
  node: Ast,
  proc: ProcInfo,
  args: readonly Expression[],
): void {
  const { position } = node
  const name = node.name.name
  const wrong = (message: string, hint?: string): SqlError =>
    new SqlError('42809', message, { hint, position })
  if (proc.kind === 'p') {
    const types = args.map((arg) => arg.type)
    throw wrong(
      `${signature(context, node, [], types)} is a procedure`,
      'To call a procedure, use CALL.',
    )
  }
  if (proc.variadic === TYPE.any) checkVariadic(context, node, args)
  if (proc.kind === 'a') return
  if (node.star) throw wrong(`${name}(*) specified, but ${name} is not an aggregate function`)
  if (node.distinct) throw wrong(`DISTINCT specified, but ${name} is not an aggregate function`)
  if (node.withinGroup) {
    throw wrong(`WITHIN GROUP specified, but ${name} is not an aggregate function`)
  }
  if (node.orderBy.length > 0) {
    throw wrong(`ORDER BY specified, but ${name} is not an aggregate function`)
  }
  if (proc.kind === 'w') {
    if (node.over === undefined) throw wrong(`window function ${name} requires an OVER clause`)
    return
  }
  if (node.filter !== undefined) {
    throw wrong(`FILTER specified, but ${name} is not an aggregate function`)
  }
  if (node.over !== undefined) {
    throw wrong(`OVER specified, but ${name} is not a window function nor an aggregate function`)
  }
}

function checkVariadic(context: BindContext, node: Ast, args: readonly Expression[]): void {
  if (!node.variadic) return
  const last = args.at(-1)
  if (last === undefined) return
  if (baseElementType(context.catalog, last.type) !== NO_OID) return
  throw new SqlError('42804', 'VARIADIC argument must be an array', { position: last.position })
}

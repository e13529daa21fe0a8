/** The SQL/JSON constructors and tests that are plain function calls in disguise. */
import { unsupported } from '../../../errors/sql-error.ts'
import type { JsonExpression } from '../../parse/ast/json.ts'
import type { Expression } from '../../plan/expression.ts'
import { callByName } from '../call/bind-function.ts'
import { cannotCast, coerceToTarget } from '../resolve/coercion/coerce.ts'
import { resolveTypeName } from '../resolve/type-name.ts'
import { TYPE } from '../resolve/type-oids.ts'
import { bindExpression } from './bind-expression.ts'
import type { Binder } from './binder.ts'

export function bindJson(binder: Binder, node: JsonExpression): Expression {
  switch (node.kind) {
    case 'jsonObject': {
      if (node.absentOnNull || node.uniqueKeys) {
        throw unsupported('JSON_OBJECT() with ABSENT ON NULL or WITH UNIQUE KEYS', node.position)
      }
      const args = node.entries.flatMap((entry) => [
        bindExpression(binder, entry.key),
        bindExpression(binder, entry.value.expression),
      ])
      const toJsonb = returnsJsonb(binder, node)
      return returning(
        binder,
        node,
        callByName(binder, build('object', toJsonb), args, node.position),
      )
    }
    case 'jsonArray': {
      const elements = node.elements.map((one) => bindExpression(binder, one.expression))
      if (node.absentOnNull && elements.some((one) => one.kind !== 'constant')) {
        throw unsupported('JSON_ARRAY() with ABSENT ON NULL', node.position)
      }
      const kept = node.absentOnNull
        ? elements.filter((one) => one.kind !== 'constant' || one.value !== null)
        : elements
      const toJsonb = returnsJsonb(binder, node)
      return returning(
        binder,
        node,
        callByName(binder, build('array', toJsonb), kept, node.position),
      )
    }
    case 'jsonScalar': {
      const value = bindExpression(binder, node.operand)
      const name = returnsJsonb(binder, node) ? 'to_jsonb' : 'to_json'
      return returning(binder, node, callByName(binder, name, [value], node.position))
    }
    case 'jsonParse':
    case 'jsonSerialize': {
      const value = bindExpression(binder, node.value.expression)
      const type = node.kind === 'jsonParse' ? TYPE.json : TYPE.text
      const wanted =
        node.returning === undefined
          ? { type, typmod: -1 }
          : resolveTypeName(binder.context, node.returning.type)
      return cast(binder, value, wanted, node.position)
    }
    default:
      throw unsupported(featureName(node), node.position)
  }
}

type Returning = Extract<JsonExpression, { kind: 'jsonObject' | 'jsonArray' | 'jsonScalar' }>

function returnsJsonb(binder: Binder, node: Returning): boolean {
  if (node.returning === undefined) return false
  return resolveTypeName(binder.context, node.returning.type).type === TYPE.jsonb
}

function build(what: 'object' | 'array', toJsonb: boolean): string {
  return `${toJsonb ? 'jsonb' : 'json'}_build_${what}`
}

function returning(binder: Binder, node: Returning, value: Expression): Expression {
  if (node.returning === undefined) return value
  return cast(binder, value, resolveTypeName(binder.context, node.returning.type), node.position)
}

function cast(
  binder: Binder,
  value: Expression,
  target: { readonly type: Expression['type']; readonly typmod: number },
  position: number | undefined,
): Expression {
  const result = coerceToTarget(binder.context, value, target, 'explicit', position)
  if (result === undefined) throw cannotCast(binder.context, value.type, target.type, position)
  return result
}

function featureName(node: JsonExpression): string {
  switch (node.kind) {
    case 'jsonObjectAggregate':
      return 'JSON_OBJECTAGG()'
    case 'jsonArrayAggregate':
      return 'JSON_ARRAYAGG()'
    case 'jsonArrayQuery':
      return 'JSON_ARRAY(query)'
    case 'isJson':
      return 'IS JSON'
    case 'jsonFunction':
      return `JSON_${node.function.toUpperCase()}()`
    default:
      return node.kind
  }
}

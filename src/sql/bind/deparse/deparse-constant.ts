/** Literals as ruleutils.c's get_const_expr writes them. */
import type { Constant } from '../../plan/expression.ts'
import { formatTypeName } from '../../catalog/describe/format-type.ts'
import type { DeparseContext } from './deparse-expression.ts'
import { unsupported } from '../../../errors/sql-error.ts'

const BOOL = 16
const INT4 = 23
const NUMERIC = 1700
const UNKNOWN = 705

export function deparseConstant(constant: Constant, context: DeparseContext): string {
  const label = `::${formatTypeName(context.catalog, constant.type, constant.typmod, context.searchPath)}`
  if (constant.value === null) return `NULL${label}`
  const text = constantText(constant, context)
  switch (constant.type as number) {
    case BOOL:
      return text === 't' ? 'true' : 'false'
    case INT4:
      return text.startsWith('-') ? `'${text}'${label}` : text
    case NUMERIC:
      // Digits with a point read back as numeric; bare digits would be an integer.
      return /^\d*\.\d+$/.test(text) && constant.typmod < 0 ? text : `'${text}'${label}`
    case UNKNOWN:
      return quoteLiteral(text)
    default:
      return `${quoteLiteral(text)}${label}`
  }
}

/** The text in quotes, without its type. */
export function deparseLiteral(constant: Constant, context: DeparseContext): string {
  return quoteLiteral(constantText(constant, context))
}

function constantText(constant: Constant, { catalog, session, io }: DeparseContext): string {
  const type = catalog.type(constant.type)
  const output = io.findOutput(type.output)
  if (output === undefined || constant.value === null)
    throw unsupported(`output of type ${type.name}`)
  return output(constant.value, { session, catalog, io, type, typmod: constant.typmod })
}

/** A string literal; with a backslash in it the E form, which reads the same under every setting. */
export function quoteLiteral(text: string): string {
  const doubled = text.replaceAll("'", "''")
  return text.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`
}

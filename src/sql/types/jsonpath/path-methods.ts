/** Item methods of jsonpath: .type() .size() .double() .keyvalue() … */
import { attempt, SqlError, unsupported } from '../../../errors/sql-error.ts'
import { isJsonbArray, isJsonbObject } from '../json/jsonb-compare.ts'
import { kindOfNode, makeObject } from '../json/jsonb-value.ts'
import { absoluteNumeric, integerTowards } from '../number/numeric-arithmetic.ts'
import { floatToNumeric, numericToFloat8, numericToInteger } from '../number/numeric-conversion.ts'
import { formatNumeric, numericFromInteger, parseNumeric } from '../number/numeric.ts'
import { parseFloatText } from '../number/float.ts'
import { booleanFromWord } from '../text/text-io.ts'
import { Numeric, type JsonbNode } from '../value-classes.ts'

export function applyMethod(name: string, item: JsonbNode, isLax: boolean): readonly JsonbNode[] {
  switch (name) {
    case 'type':
      return [kindOfNode(item)]
    case 'size':
      if (isJsonbArray(item)) return [numericFromInteger(item.length)]
      if (isLax) return [numericFromInteger(1)]
      throw notApplicable('22039', name, 'an array')
    case 'abs':
      return [absoluteNumeric(requireNumber(name, item))]
    case 'floor':
      return [integerTowards(requireNumber(name, item), -1)]
    case 'ceiling':
      return [integerTowards(requireNumber(name, item), 1)]
    case 'double':
      return [toDouble(item)]
    case 'number':
    case 'decimal':
      return [toNumber(name, item)]
    case 'bigint':
    case 'integer':
      return [toInteger(name, item)]
    case 'boolean':
      return [toBoolean(item)]
    case 'string':
      return [toText(item)]
    case 'keyvalue':
      return keyValues(item)
    default:
      throw unsupported(`jsonpath method .${name}()`)
  }
}

function notApplicable(code: string, name: string, what: string): SqlError {
  return new SqlError(code, `jsonpath item method .${name}() can only be applied to ${what}`)
}

function invalidArgument(name: string, text: string, typeName: string): SqlError {
  return new SqlError(
    '22036',
    `argument "${text}" of jsonpath item method .${name}() is invalid for type ${typeName}`,
  )
}

function requireNumber(name: string, item: JsonbNode): Numeric {
  if (item instanceof Numeric) return item
  throw notApplicable('22036', name, 'a numeric value')
}

function toDouble(item: JsonbNode): Numeric {
  if (!(item instanceof Numeric) && typeof item !== 'string') {
    throw notApplicable('22036', 'double', 'a string or numeric value')
  }
  const text = typeof item === 'string' ? item : formatNumeric(item)
  const value = attempt(() =>
    typeof item === 'string' ? parseFloatText(item, false) : numericToFloat8(item),
  )
  if (value === undefined) throw invalidArgument('double', text, 'double precision')
  if (!Number.isFinite(value)) {
    throw new SqlError('22036', 'NaN or Infinity is not allowed for jsonpath item method .double()')
  }
  return typeof item === 'string' ? floatToNumeric(value, 15) : floatToNumeric(value, 15)
}

function toNumber(name: string, item: JsonbNode): Numeric {
  if (item instanceof Numeric) return item
  if (typeof item !== 'string') throw notApplicable('22036', name, 'a string or numeric value')
  const value = attempt(() => parseNumeric(item))
  if (value === undefined) throw invalidArgument(name, item, 'numeric')
  if (value.special !== undefined) {
    throw new SqlError(
      '22036',
      `NaN or Infinity is not allowed for jsonpath item method .${name}()`,
    )
  }
  return value
}

function toInteger(name: string, item: JsonbNode): Numeric {
  const width = name === 'bigint' ? 8 : 4
  if (!(item instanceof Numeric) && typeof item !== 'string') {
    throw notApplicable('22036', name, 'a string or numeric value')
  }
  const text = typeof item === 'string' ? item : formatNumeric(item)
  const isInteger = typeof item !== 'string' || /^\s*[+-]?\d+\s*$/.test(item)
  const value = isInteger ? attempt(() => numericToInteger(parseNumeric(text), width)) : undefined
  if (value === undefined) throw invalidArgument(name, text, width === 8 ? 'bigint' : 'integer')
  return numericFromInteger(value)
}

function toBoolean(item: JsonbNode): boolean {
  if (typeof item === 'boolean') return item
  if (item instanceof Numeric) {
    const value = attempt(() => numericToInteger(item, 4))
    if (value === undefined || item.scale > 0) {
      throw invalidArgument('boolean', formatNumeric(item), 'boolean')
    }
    return value !== 0
  }
  if (typeof item !== 'string') {
    throw notApplicable('22036', 'boolean', 'a boolean, string, or numeric value')
  }
  const value = booleanFromWord(item)
  if (value === undefined) throw invalidArgument('boolean', item, 'boolean')
  return value
}

function toText(item: JsonbNode): string {
  if (typeof item === 'string') return item
  if (item instanceof Numeric) return formatNumeric(item)
  if (typeof item === 'boolean') return String(item)
  throw notApplicable('22036', 'string', 'a boolean, string, numeric, or datetime value')
}

function keyValues(item: JsonbNode): readonly JsonbNode[] {
  if (!isJsonbObject(item)) throw notApplicable('2203C', 'keyvalue', 'an object')
  return [...item].map(([key, value]) =>
    makeObject([
      ['id', numericFromInteger(0)],
      ['key', key],
      ['value', value],
    ]),
  )
}

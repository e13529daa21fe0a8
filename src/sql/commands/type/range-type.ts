/** CREATE TYPE … AS RANGE: the range type, its multirange type, and the functions that construct both. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { oidOf } from '../../catalog/store/catalog-tables.ts'
import type { CreateRangeTypeStatement } from '../../parse/ast/definitions.ts'
import type { CommandContext } from '../command-context.ts'
import { BTREE, resolveOpclass } from '../index/operator-class.ts'
import { CLASS } from '../support/class-ids.ts'
import { defineType, ioFunctions, PROC } from '../support/define-type.ts'
import { address, recordDependency } from '../support/dependencies.ts'
import { creationSchema } from '../support/lookup.ts'
import { cutToBytes, MAX_NAME_BYTES } from '../support/object-names.ts'
import { optionText } from '../support/options.ts'

const TEXT = oidOf(25)
const INTERNAL_LANGUAGE = oidOf(12)
const RANGE_TYPANALYZE = oidOf(3916)
const MULTIRANGE_TYPANALYZE = oidOf(4242)

export function* createRangeType(
  context: CommandContext,
  statement: CreateRangeTypeStatement,
): Task<string> {
  const { name } = statement.type
  const namespace = yield* creationSchema(context, statement.type)
  const option = (key: string) => statement.options.find((one) => one.name === key)?.value
  for (const key of ['canonical', 'subtype_diff', 'subtype_opclass', 'collation']) {
    if (option(key) !== undefined) throw unsupported(`${key} of a range type`)
  }
  const subtypeName = option('subtype')
  if (subtypeName?.kind !== 'type') {
    throw new SqlError('42601', 'type attribute "subtype" is required')
  }
  const { type: subtype } = context.services.resolveTypeName(subtypeName.type, context.catalog)
  const info = context.catalog.type(subtype)
  if (info.typeType === 'p') {
    throw new SqlError('42804', `range subtype cannot be ${info.name}`)
  }
  const opclass = resolveOpclass(context.catalog, subtype, BTREE, undefined).oid
  const common = { typnamespace: namespace, typcategory: 'R', typalign: alignOf(context, subtype) }
  const range = yield* defineType(context, {
    ...common,
    typname: name,
    typtype: 'r',
    typanalyze: RANGE_TYPANALYZE,
    ...ioFunctions(PROC.range),
  })
  const given = option('multirange_type_name')
  const multirangeName = given === undefined ? defaultMultirangeName(name) : optionText(given)
  const multirange = yield* defineType(context, {
    ...common,
    typname: multirangeName,
    typtype: 'm',
    typanalyze: MULTIRANGE_TYPANALYZE,
    ...ioFunctions(PROC.multirange),
  })
  yield* context.writer.insert('pg_range', {
    rngtypid: range.oid,
    rngsubtype: subtype,
    rngmultitypid: multirange.oid,
    rngcollation: info.collation,
    rngsubopc: opclass,
  })
  const self = address(CLASS.type, range.oid)
  yield* recordDependency(context, self, address(CLASS.type, subtype), 'n')
  yield* recordDependency(context, address(CLASS.type, multirange.oid), self, 'i')
  yield* defineConstructors(context, { namespace, subtype, range, multirange })
  return 'CREATE TYPE'
}

function alignOf(context: CommandContext, subtype: Oid): string {
  return context.catalog.typeRow(subtype)?.typalign === 'd' ? 'd' : 'i'
}

/** makeMultirangeTypeName(): floatrange → floatmultirange, span → span_multirange. */
function defaultMultirangeName(name: string): string {
  const at = name.indexOf('range')
  const made =
    at >= 0
      ? `${name.slice(0, at)}multi${name.slice(at)}`
      : `${cutToBytes(name, MAX_NAME_BYTES - 11)}_multirange`
  return cutToBytes(made, MAX_NAME_BYTES)
}

interface NewTypes {
  readonly namespace: Oid
  readonly subtype: Oid
  readonly range: NamedType
  readonly multirange: NamedType
}
interface NamedType {
  readonly oid: Oid
  readonly typname: string
  readonly typarray: Oid
}

function* defineConstructors(context: CommandContext, types: NewTypes): Task<void> {
  const { subtype, range, multirange } = types
  const constructors: readonly [NamedType, string, readonly Oid[], boolean][] = [
    [range, 'range_constructor2', [subtype, subtype], false],
    [range, 'range_constructor3', [subtype, subtype, TEXT], false],
    [multirange, 'multirange_constructor0', [], true],
    [multirange, 'multirange_constructor1', [range.oid], true],
    [multirange, 'multirange_constructor2', [range.typarray], true],
  ]
  for (const [type, symbol, argumentTypes, strict] of constructors) {
    const isVariadic = symbol === 'multirange_constructor2'
    const oid = context.writer.nextOid()
    yield* context.writer.insert('pg_proc', {
      oid,
      proname: type.typname,
      pronamespace: types.namespace,
      proowner: context.owner,
      prolang: INTERNAL_LANGUAGE,
      procost: 1,
      prokind: 'f',
      proisstrict: strict,
      provolatile: 'i',
      proparallel: 's',
      pronargs: argumentTypes.length,
      prorettype: type.oid,
      proargtypes: argumentTypes.join(' '),
      provariadic: isVariadic ? range.oid : oidOf(0),
      proallargtypes: isVariadic ? `{${range.typarray}}` : null,
      proargmodes: isVariadic ? '{v}' : null,
      prosrc: symbol,
    })
    yield* recordDependency(context, address(CLASS.proc, oid), address(CLASS.type, type.oid), 'i')
  }
}

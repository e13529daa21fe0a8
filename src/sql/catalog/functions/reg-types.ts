/** regclass, regtype, regproc …: OIDs that read and print as names. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Oid, ProcInfo } from '../catalog.ts'
import type { CatalogSnapshot } from '../catalog-snapshot.ts'
import { builtinTable } from '../builtin/builtin-catalogs.ts'
import { formatAclItem, parseAclItem } from '../describe/acl.ts'
import { formatTypeName } from '../describe/format-type.ts'
import { quoteIdentifier, quoteQualified } from '../../types/text/quoting.ts'
import { oidOf } from '../store/catalog-tables.ts'
import { parseTypeName } from '../../parse/parse.ts'
import type { CallContext, FunctionRegistry } from '../../functions/registry.ts'
import type { TypeIoContext, TypeIoRegistry } from '../../types/type-io.ts'
import { relationDisplayName, snapshotOf, splitQualifiedName } from './call-catalog.ts'

interface Where {
  readonly catalog: CatalogSnapshot
  readonly searchPath: readonly string[]
}

function whereOf(context: TypeIoContext | CallContext): Where {
  return { catalog: snapshotOf(context), searchPath: context.session.searchPath }
}

/** One reg type: how a name is found, what is said when it is not, how an OID prints. */
interface RegType {
  find(text: string, where: Where): Oid
  print(oid: Oid, where: Where): string
}

const invalidName = (): SqlError => new SqlError('42602', 'invalid name syntax')

function nameParts(text: string): {
  readonly schema: string | undefined
  readonly name: string
  readonly full: string
} {
  const parts = splitQualifiedName(text)
  const name = parts?.at(-1)
  if (parts === undefined || name === undefined) throw invalidName()
  return { schema: parts.at(-2), name, full: parts.join('.') }
}

const regclass: RegType = {
  find(text, { catalog, searchPath }) {
    const { schema, name, full } = nameParts(text)
    const oid = catalog.findRelationOid(schema, name, searchPath)
    if (oid !== undefined) return oid
    throw new SqlError('42P01', `relation "${full}" does not exist`)
  },
  print: (oid, { catalog, searchPath }) => relationDisplayName(catalog, oid, searchPath),
}

const regtype: RegType = {
  find(text, { catalog, searchPath }) {
    const name = parseTypeName(text)
    const type = catalog.findType(name.schema, name.name, searchPath)
    const oid = name.arrayDimensions.length > 0 ? type?.arrayType : type?.oid
    if (oid !== undefined && oid !== 0) return oid
    const full = name.schema === undefined ? name.name : `${name.schema}.${name.name}`
    const brackets = name.arrayDimensions.length > 0 ? '[]' : ''
    throw new SqlError('42704', `type "${full}${brackets}" does not exist`)
  },
  print(oid, { catalog, searchPath }) {
    return catalog.typeIfExists(oid) === undefined
      ? String(oid)
      : formatTypeName(catalog, oid, undefined, searchPath)
  },
}

const regproc: RegType = {
  find(text, { catalog, searchPath }) {
    const { schema, name, full } = nameParts(text)
    const [found, other] = catalog.functionsNamed(schema, name, searchPath)
    if (found === undefined) throw new SqlError('42883', `function "${full}" does not exist`)
    if (other !== undefined) throw new SqlError('42725', `more than one function named "${full}"`)
    return found.oid
  },
  print(oid, { catalog, searchPath }) {
    const proc = catalog.proc(oid)
    if (proc === undefined) return String(oid)
    const unique = catalog.functionsNamed(undefined, proc.name, searchPath).map((one) => one.oid)
    const visible = unique.length === 1 && unique[0] === oid
    // pg_catalog's overloaded functions print without schema too, as they are visible.
    const plain = visible || (proc.schema === 'pg_catalog' && unique.includes(oid))
    return quoteQualified(plain ? undefined : proc.schema, proc.name)
  },
}

const regprocedure: RegType = {
  find(text, where) {
    const match = /^\s*(.*?)\s*\((.*)\)\s*$/s.exec(text)
    if (match === null) throw new SqlError('22P02', 'expected a left parenthesis')
    const { schema, name } = nameParts(match[1] ?? '')
    const types =
      (match[2] ?? '').trim() === ''
        ? []
        : (match[2] ?? '').split(',').map((one) => regtype.find(one, where))
    const found = where.catalog
      .functionsNamed(schema, name, where.searchPath)
      .find((candidate) => candidate.argumentTypes.join() === types.join())
    if (found !== undefined) return found.oid
    throw new SqlError('42883', `function "${text.trim()}" does not exist`)
  },
  print(oid, where) {
    const proc = where.catalog.proc(oid)
    return proc === undefined ? String(oid) : procedureName(proc, where)
  },
}

export function procedureName(proc: ProcInfo, { catalog, searchPath }: Where): string {
  const visible = catalog
    .functionsNamed(undefined, proc.name, searchPath)
    .some((one) => one.oid === proc.oid)
  const types = proc.argumentTypes.map((type) =>
    formatTypeName(catalog, type, undefined, searchPath),
  )
  return `${quoteQualified(visible ? undefined : proc.schema, proc.name)}(${types.join(',')})`
}

const regnamespace: RegType = {
  find(text, { catalog }) {
    const { name } = nameParts(text)
    const oid = catalog.schemaOid(name)
    if (oid !== undefined) return oid
    throw new SqlError('3F000', `schema "${name}" does not exist`)
  },
  print: (oid, { catalog }) => {
    const name = catalog.schemaName(oid)
    return name === '' ? String(oid) : quoteIdentifier(name)
  },
}

const regrole: RegType = {
  find(text, { catalog }) {
    const { name } = nameParts(text)
    const role = catalog.findRole(name)
    if (role !== undefined) return role.oid
    throw new SqlError('42704', `role "${name}" does not exist`)
  },
  print: (oid, { catalog }) => {
    const role = catalog.role(oid)
    return role === undefined ? String(oid) : quoteIdentifier(role.name)
  },
}

const regcollation: RegType = {
  find(text, { catalog }) {
    const { schema, name, full } = nameParts(text)
    const found = catalog.findCollation(schema, name)
    if (found !== undefined) return found.oid
    throw new SqlError('42704', `collation "${full}" for encoding "UTF8" does not exist`)
  },
  print: (oid) => builtinName('pg_collation', 'collname', oid),
}

const regoper: RegType = {
  find(text, { catalog, searchPath }) {
    const [found, other] = catalog.operatorsNamed(undefined, text.trim(), searchPath)
    if (found === undefined) throw new SqlError('42883', `operator does not exist: ${text.trim()}`)
    if (other !== undefined)
      throw new SqlError('42725', `more than one operator named ${text.trim()}`)
    return found.oid
  },
  print: (oid, { catalog }) => catalog.operator(oid)?.name ?? String(oid),
}

const regoperator: RegType = {
  find(text, where) {
    const match = /^\s*(\S+?)\s*\((.*),(.*)\)\s*$/s.exec(text)
    if (match === null) throw new SqlError('22P02', 'expected a left parenthesis')
    const [left, right] = [match[2] ?? '', match[3] ?? ''].map((one) =>
      one.trim().toLowerCase() === 'none' ? oidOf(0) : regtype.find(one, where),
    )
    const found = where.catalog
      .operatorsNamed(undefined, match[1] ?? '', where.searchPath)
      .find((candidate) => candidate.left === left && candidate.right === right)
    if (found !== undefined) return found.oid
    throw new SqlError('42883', `operator does not exist: ${text.trim()}`)
  },
  print(oid, { catalog, searchPath }) {
    const operator = catalog.operator(oid)
    if (operator === undefined) return String(oid)
    const [left, right] = [operator.left, operator.right].map((type) =>
      type === 0 ? 'NONE' : formatTypeName(catalog, type, undefined, searchPath),
    )
    return `${operator.name}(${left},${right})`
  },
}

function textSearch(catalog: 'pg_ts_config' | 'pg_ts_dict', column: string, what: string): RegType {
  return {
    find(text) {
      const { name, full } = nameParts(text)
      const position = builtinTable(catalog).groups(column).get(name)?.[0]
      if (position !== undefined) return oidOf(builtinTable(catalog).numbers('oid')[position] ?? 0)
      throw new SqlError('42704', `text search ${what} "${full}" does not exist`)
    },
    print: (oid) => builtinName(catalog, column, oid),
  }
}

function builtinName(catalog: string, column: string, oid: Oid): string {
  const position = builtinTable(catalog).find('oid', oid)
  return position === undefined
    ? String(oid)
    : quoteIdentifier(builtinTable(catalog).cell(column, position) ?? '')
}

const REG_TYPES: Readonly<Record<string, RegType>> = {
  regclass,
  regtype,
  regproc,
  regprocedure,
  regnamespace,
  regrole,
  regcollation,
  regoper,
  regoperator,
  regconfig: textSearch('pg_ts_config', 'cfgname', 'configuration'),
  regdictionary: textSearch('pg_ts_dict', 'dictname', 'dictionary'),
}

function read(type: RegType, text: string, where: Where): Oid {
  const trimmed = text.trim()
  if (trimmed === '-') return oidOf(0)
  if (/^\d+$/.test(trimmed)) return oidOf(Number(trimmed))
  return type.find(text, where)
}

export function registerRegTypeIo(registry: TypeIoRegistry): void {
  for (const [name, type] of Object.entries(REG_TYPES)) {
    registry.input(`${name}in`, (text, context) => read(type, text, whereOf(context)))
    registry.output(`${name}out`, (value, context) => {
      const oid = oidOf(Number(value))
      return oid === 0 ? '-' : type.print(oid, whereOf(context))
    })
  }
}

/** Types of catalog columns that are kept in their text form: ACL items, and SQL where PostgreSQL has node trees. */
export function registerCatalogTextIo(registry: TypeIoRegistry): void {
  registry.input('aclitemin', (text) => formatAclItem(parseAclItem(text)))
  registry.output('aclitemout', String)
  registry.input('pg_node_tree_in', () => {
    throw new SqlError('0A000', 'cannot accept a value of type pg_node_tree')
  })
  registry.output('pg_node_tree_out', String)
}

/** What to_reg…() answers with null. */
const NOT_FOUND = new Set(['42P01', '42704', '42883', '42725', '3F000'])

export function registerRegTypeFunctions(registry: FunctionRegistry): void {
  for (const name of [
    'regclass',
    'regtype',
    'regproc',
    'regprocedure',
    'regnamespace',
    'regrole',
    'regcollation',
    'regoper',
    'regoperator',
  ]) {
    const type = REG_TYPES[name]
    if (type === undefined) continue
    registry.scalar(`to_${name}`, (context: CallContext, text: string) => {
      try {
        return read(type, text, whereOf(context))
      } catch (error) {
        if (error instanceof SqlError && NOT_FOUND.has(error.code)) return null
        throw error
      }
    })
  }
  registry.scalar('text_regclass', (context: CallContext, text: string) =>
    read(regclass, text, whereOf(context)),
  )
}

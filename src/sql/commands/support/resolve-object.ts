/** Objects as DROP, COMMENT, ALTER … RENAME and GRANT name them → their addresses. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Oid, Relation } from '../../catalog/catalog.ts'
import { formatTypeName } from '../../catalog/describe/format-type.ts'
import type { QualifiedName, RelationName, TypeName } from '../../parse/ast/common.ts'
import type { ObjectReference, RelationObjectType } from '../../parse/ast/object.ts'
import type { RoutineReference } from '../../parse/ast/routine.ts'
import type { CommandContext } from '../command-context.ts'
import type { ObjectAddress } from '../ddl-services.ts'
import { CLASS } from './class-ids.ts'
import { address } from './dependencies.ts'
import { displayName, undefinedRelation } from './lookup.ts'

/** What IF EXISTS forgives. */
export class MissingObject extends SqlError {}

interface RelationWords {
  readonly kinds: readonly Relation['kind'][]
  readonly word: string
  readonly article: string
}

const RELATIONS: Readonly<Record<RelationObjectType, RelationWords>> = {
  table: { kinds: ['r', 'p'], word: 'table', article: 'a' },
  index: { kinds: ['i'], word: 'index', article: 'an' },
  sequence: { kinds: ['S'], word: 'sequence', article: 'a' },
  view: { kinds: ['v'], word: 'view', article: 'a' },
  materializedView: { kinds: ['m'], word: 'materialized view', article: 'a' },
  foreignTable: { kinds: ['f'], word: 'foreign table', article: 'a' },
}
const DROP_HINTS: Partial<Record<Relation['kind'], string>> = {
  r: 'Use DROP TABLE to remove a table.',
  p: 'Use DROP TABLE to remove a table.',
  S: 'Use DROP SEQUENCE to remove a sequence.',
  v: 'Use DROP VIEW to remove a view.',
  m: 'Use DROP MATERIALIZED VIEW to remove a materialized view.',
  i: 'Use DROP INDEX to remove an index.',
  c: 'Use DROP TYPE to remove a type.',
  f: 'Use DROP FOREIGN TABLE to remove a foreign table.',
}

export function resolveObject(context: CommandContext, reference: ObjectReference): ObjectAddress {
  switch (reference.kind) {
    case 'relation':
      return address(CLASS.relation, resolveRelation(context, reference.type, reference.name).oid)
    case 'type':
      return address(CLASS.type, resolveType(context, reference.name, reference.type))
    case 'routine':
      return address(CLASS.proc, resolveRoutine(context, reference.name, reference.type))
    case 'part':
      return resolvePart(context, reference)
    case 'domainConstraint':
      return resolveDomainConstraint(context, reference.domain, reference.name)
    case 'plain':
      return resolvePlain(context, reference.type, reference.name)
    case 'qualified':
      if (reference.type === 'collation') return resolveCollationObject(context, reference.name)
      throw unsupported(`an object of type ${reference.type}`)
    default:
      throw unsupported(`an object of type ${reference.type}`)
  }
}

function checkSchema(context: CommandContext, name: QualifiedName): void {
  if (
    name.schema === undefined ||
    name.schema === 'pg_temp' ||
    context.catalog.hasSchema(name.schema)
  )
    return
  throw new MissingObject('3F000', `schema "${name.schema}" does not exist`)
}

export function resolveRelation(
  context: CommandContext,
  type: RelationObjectType,
  name: RelationName,
): Relation {
  checkSchema(context, name)
  const words = RELATIONS[type]
  const relation = context.catalog.findRelation(name.schema, name.name, context.searchPath)
  if (relation === undefined) {
    throw new MissingObject('42P01', `${words.word} "${displayName(name)}" does not exist`)
  }
  if (words.kinds.includes(relation.kind)) return relation
  throw new SqlError('42809', `"${relation.name}" is not ${words.article} ${words.word}`, {
    hint: DROP_HINTS[relation.kind],
  })
}

export function resolveType(context: CommandContext, name: TypeName, what: 'type' | 'domain'): Oid {
  checkSchema(context, name)
  let type: Oid
  try {
    type = context.services.resolveTypeName(name, context.catalog).type
  } catch (error) {
    if (!(error instanceof SqlError) || error.code !== '42704') throw error
    throw new MissingObject('42704', `type "${displayName(name)}" does not exist`)
  }
  if (what === 'domain' && context.catalog.type(type).typeType !== 'd') {
    throw new SqlError('42809', `"${name.name}" is not a domain`)
  }
  return type
}

export function resolveRoutine(
  context: CommandContext,
  name: RoutineReference,
  what: 'function' | 'procedure' | 'routine' | 'aggregate',
): Oid {
  checkSchema(context, name)
  const kinds = {
    function: ['f', 'w'],
    procedure: ['p'],
    aggregate: ['a'],
    routine: ['f', 'w', 'p', 'a'],
  }[what]
  const { args } = name
  const types = args
    ?.filter((argument) => argument.mode !== 'out' && argument.mode !== 'table')
    .map((argument) => context.services.resolveTypeName(argument.type, context.catalog).type)
  const candidates = context.catalog
    .functionsNamed(name.schema, name.name, context.searchPath)
    .filter((candidate) => types === undefined || candidate.argumentTypes.join() === types.join())
  const [found, other] = candidates
  if (found === undefined) throw missingRoutine(context, name, types, what)
  if (types === undefined && other !== undefined) {
    throw new SqlError('42725', `${what} name "${displayName(name)}" is not unique`, {
      hint: `Specify the argument list to select the ${what} unambiguously.`,
    })
  }
  if (kinds.includes(found.kind)) return found.oid
  const list = found.argumentTypes.map((type) => typeText(context, type)).join(', ')
  throw new SqlError('42809', `${name.name}(${list}) is not a ${what}`)
}

function typeText(context: CommandContext, type: Oid): string {
  return formatTypeName(context.catalog, type, -1, context.searchPath)
}

function missingRoutine(
  context: CommandContext,
  name: RoutineReference,
  types: readonly Oid[] | undefined,
  what: string,
): SqlError {
  if (types === undefined) {
    return new MissingObject('42883', `could not find a ${what} named "${displayName(name)}"`)
  }
  const list = types.map((type) => typeText(context, type)).join(', ')
  return new MissingObject('42883', `${what} ${displayName(name)}(${list}) does not exist`)
}

type PartReference = Extract<ObjectReference, { readonly kind: 'part' }>

function resolvePart(context: CommandContext, reference: PartReference): ObjectAddress {
  const { relation: name, name: part, type } = reference
  checkSchema(context, name)
  const relation = context.catalog.findRelation(name.schema, name.name, context.searchPath)
  if (relation === undefined) throw new MissingObject('42P01', undefinedRelation(name).message)
  const { writer } = context
  switch (type) {
    case 'column':
    case 'attribute': {
      const column = relation.columns.find((candidate) => candidate.name === part)
      if (column !== undefined) return address(CLASS.relation, relation.oid, column.number)
      throw new MissingObject(
        '42703',
        `column "${part}" of relation "${relation.name}" does not exist`,
      )
    }
    case 'constraint': {
      const row = writer
        .rows('pg_constraint')
        .where('conrelid', relation.oid)
        .find((one) => one.conname === part)
      if (row !== undefined) return address(CLASS.constraint, row.oid)
      throw new MissingObject(
        '42704',
        `constraint "${part}" for table "${relation.name}" does not exist`,
      )
    }
    case 'trigger': {
      const row = writer
        .rows('pg_trigger')
        .where('tgrelid', relation.oid)
        .find((one) => one.tgname === part)
      if (row !== undefined) return address(CLASS.trigger, row.oid)
      throw new MissingObject(
        '42704',
        `trigger "${part}" for table "${relation.name}" does not exist`,
      )
    }
    case 'rule': {
      const row = writer
        .rows('pg_rewrite')
        .where('ev_class', relation.oid)
        .find((one) => one.rulename === part)
      if (row !== undefined) return address(CLASS.rewrite, row.oid)
      throw new MissingObject(
        '42704',
        `rule "${part}" for relation "${relation.name}" does not exist`,
      )
    }
    case 'policy': {
      const row = writer
        .rows('pg_policy')
        .where('polrelid', relation.oid)
        .find((one) => one.polname === part)
      if (row !== undefined) return address(CLASS.policy, row.oid)
      throw new MissingObject(
        '42704',
        `policy "${part}" for table "${relation.name}" does not exist`,
      )
    }
  }
}

function resolveDomainConstraint(
  context: CommandContext,
  domain: TypeName,
  name: string,
): ObjectAddress {
  const type = resolveType(context, domain, 'domain')
  const row = context.catalog
    .constraintsOfType(type)
    .find((candidate) => candidate.conname === name)
  if (row !== undefined) return address(CLASS.constraint, row.oid)
  throw new MissingObject('42704', `constraint "${name}" for domain ${domain.name} does not exist`)
}

type PlainType = Extract<ObjectReference, { readonly kind: 'plain' }>['type']

function resolvePlain(context: CommandContext, type: PlainType, name: string): ObjectAddress {
  switch (type) {
    case 'schema': {
      const oid = context.catalog.schemaOid(name)
      if (oid !== undefined) return address(CLASS.schema, oid)
      throw new MissingObject('3F000', `schema "${name}" does not exist`)
    }
    case 'role':
      return address(CLASS.role, context.roleOid(name))
    case 'database': {
      const row = context.writer.rows('pg_database').find('datname', name)
      if (row !== undefined) return address(CLASS.database, row.oid)
      throw new MissingObject('3D000', `database "${name}" does not exist`)
    }
    case 'extension': {
      const row = context.writer.rows('pg_extension').find('extname', name)
      if (row !== undefined) return address(CLASS.extension, row.oid)
      throw new MissingObject('42704', `extension "${name}" does not exist`)
    }
    default:
      throw unsupported(`an object of type ${type}`)
  }
}

function resolveCollationObject(context: CommandContext, name: QualifiedName): ObjectAddress {
  const found = context.catalog.findCollation(name.schema, name.name)
  if (found !== undefined) return address(CLASS.collation, found.oid)
  throw new MissingObject(
    '42704',
    `collation "${displayName(name)}" for encoding "UTF8" does not exist`,
  )
}

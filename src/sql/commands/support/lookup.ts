/** Finding what a statement names, with PostgreSQL's errors, and where a new object goes. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid, Relation } from '../../catalog/catalog.ts'
import { isTemporarySchema } from '../../catalog/catalog-snapshot.ts'
import type { ClassRow } from '../../catalog/rows/relation-rows.ts'
import { FIRST_USER_OID } from '../../catalog/store/catalog-writer.ts'
import { assert } from '../../../errors/sql-error.ts'
import type { QualifiedName, RelationName } from '../../parse/ast/common.ts'
import type { Persistence } from '../../parse/ast/select.ts'
import type { CommandContext } from '../command-context.ts'
import { requireSchemaCreate } from './ownership.ts'

export function requireSchema(context: CommandContext, name: string): Oid {
  const actual = name === 'pg_temp' ? context.temporarySchema : name
  const oid = context.catalog.schemaOid(actual)
  if (oid === undefined) throw new SqlError('3F000', `schema "${name}" does not exist`)
  return oid
}

/** RangeVarGetCreationNamespace(): where a new relation, type or function goes. */
export function* creationSchema(
  context: CommandContext,
  name: RelationName | QualifiedName,
  persistence: Persistence = 'permanent',
): Task<Oid> {
  const { schema } = name
  if (persistence === 'temporary' || schema === 'pg_temp') {
    if (schema !== undefined && schema !== 'pg_temp' && !isTemporarySchema(schema)) {
      throw new SqlError('42P16', 'cannot create temporary relation in non-temporary schema')
    }
    return yield* temporarySchema(context)
  }
  if (schema !== undefined) {
    return checkCreatable(context, requireSchema(context, schema), schema, name.name)
  }
  for (const candidate of context.searchPath) {
    const oid = isTemporarySchema(candidate) ? undefined : context.catalog.schemaOid(candidate)
    if (oid !== undefined) return checkCreatable(context, oid, candidate, name.name)
  }
  throw new SqlError('3F000', 'no schema has been selected to create in')
}

function checkCreatable(context: CommandContext, oid: Oid, schema: string, name: string): Oid {
  if (schema !== 'pg_catalog' && schema !== 'pg_toast') {
    requireSchemaCreate(context, oid)
    return oid
  }
  throw new SqlError('42501', `permission denied to create "${schema}.${name}"`, {
    detail: 'System catalog modifications are currently disallowed.',
  })
}

function* temporarySchema(context: CommandContext): Task<Oid> {
  const existing = context.catalog.schemaOid(context.temporarySchema)
  if (existing !== undefined) return existing
  const oid = context.writer.nextOid()
  yield* context.writer.insert('pg_namespace', {
    oid,
    nspname: context.temporarySchema,
    nspowner: context.owner,
  })
  return oid
}

export function displayName(name: QualifiedName): string {
  return name.schema === undefined ? name.name : `${name.schema}.${name.name}`
}

export function undefinedRelation(name: RelationName): SqlError {
  return missingRelation(name, name.position)
}

/** LOCK TABLE and VACUUM do not say where they name it. */
export function missingRelation(name: QualifiedName, position?: number): SqlError {
  return new SqlError('42P01', `relation "${displayName(name)}" does not exist`, { position })
}

/** The relation of that name, of whatever kind. */
export function findRelation(context: CommandContext, name: RelationName): Relation | undefined {
  return context.catalog.findRelation(name.schema, name.name, context.searchPath)
}

export function requireRelation(context: CommandContext, name: RelationName): Relation {
  const relation = findRelation(context, name)
  if (relation === undefined) throw undefinedRelation(name)
  return relation
}

/** A table that DDL may change. */
export function requireTable(context: CommandContext, name: RelationName): Relation {
  const relation = requireRelation(context, name)
  if (relation.kind !== 'r' && relation.kind !== 'p') {
    throw new SqlError('42809', `"${relation.name}" is not a table`)
  }
  refuseSystemRelation(relation)
  return relation
}

export function refuseSystemRelation(relation: Relation): void {
  if (relation.oid >= FIRST_USER_OID) return
  throw new SqlError('42501', `permission denied: "${relation.name}" is a system catalog`)
}

/** The relation again, after the catalog changed. */
export function currentRelation(context: CommandContext, oid: Oid): Relation {
  const relation = context.catalog.relation(oid)
  assert(relation !== undefined, `relation ${oid} has vanished`)
  return relation
}

export function classRow(context: CommandContext, oid: Oid): ClassRow {
  const row = context.writer.rows('pg_class').find('oid', oid)
  assert(row !== undefined, `relation ${oid} has no pg_class row`)
  return row
}

export function undefinedColumn(relation: Relation, column: string): SqlError {
  return new SqlError('42703', `column "${column}" of relation "${relation.name}" does not exist`)
}

/** 42P07 when the name is taken by a relation, 42710 when by a type. */
export function checkRelationNameFree(context: CommandContext, namespace: Oid, name: string): void {
  if (context.catalog.relationIn(namespace, name) !== undefined) {
    throw new SqlError('42P07', `relation "${name}" already exists`)
  }
}

export function typeTaken(name: string): SqlError {
  return new SqlError('42710', `type "${name}" already exists`)
}

/** Objects as messages name them: `table t`, `column a of table t`, `constraint c on table t` (getObjectDescription). */
import type { Oid } from '../../catalog/catalog.ts'
import { formatTypeName } from '../../catalog/describe/format-type.ts'
import { quoteQualified } from '../../types/text/quoting.ts'
import type { ClassRow } from '../../catalog/rows/relation-rows.ts'
import { oidOf, vectorNumbers } from '../../catalog/store/catalog-tables.ts'
import type { CommandContext } from '../command-context.ts'
import type { ObjectAddress } from '../ddl-services.ts'
import { CLASS } from './class-ids.ts'

const RELATION_KINDS: Readonly<Record<string, string>> = {
  r: 'table',
  p: 'table',
  i: 'index',
  S: 'sequence',
  t: 'toast table',
  v: 'view',
  m: 'materialized view',
  c: 'composite type',
  f: 'foreign table',
}

export function describeObject(context: CommandContext, object: ObjectAddress): string {
  const { writer } = context
  const oid = object.objectId
  switch (object.classId) {
    case CLASS.relation:
      return describeRelationObject(context, object)
    case CLASS.type:
      return `type ${formatTypeName(context.catalog, oid, -1, context.searchPath)}`
    case CLASS.schema:
      return `schema ${context.catalog.schemaName(oid)}`
    case CLASS.constraint:
      return describeConstraint(context, oid)
    case CLASS.attrdef: {
      const row = writer.rows('pg_attrdef').find('oid', oid)
      if (row === undefined) return `default value ${oid}`
      return `default value for ${describeColumn(context, row.adrelid, row.adnum)}`
    }
    case CLASS.rewrite: {
      const row = writer.rows('pg_rewrite').find('oid', oid)
      return `rule ${row?.rulename ?? oid} on ${describeRelation(context, row?.ev_class)}`
    }
    case CLASS.trigger: {
      const row = writer.rows('pg_trigger').find('oid', oid)
      return `trigger ${row?.tgname ?? oid} on ${describeRelation(context, row?.tgrelid)}`
    }
    case CLASS.policy: {
      const row = writer.rows('pg_policy').find('oid', oid)
      return `policy ${row?.polname ?? oid} on ${describeRelation(context, row?.polrelid)}`
    }
    case CLASS.proc:
      return describeRoutine(context, oid)
    case CLASS.extension:
      return `extension ${writer.rows('pg_extension').find('oid', oid)?.extname ?? oid}`
    case CLASS.database:
      return `database ${writer.rows('pg_database').find('oid', oid)?.datname ?? oid}`
    default:
      return `object ${oid}`
  }
}

function describeRelationObject(context: CommandContext, object: ObjectAddress): string {
  if (object.subId !== 0) return describeColumn(context, object.objectId, object.subId)
  return describeRelation(context, object.objectId)
}

function describeColumn(context: CommandContext, relation: Oid, number: number): string {
  const attribute = context.writer
    .rows('pg_attribute')
    .where('attrelid', relation)
    .find((row) => row.attnum === number)
  return `column ${attribute?.attname ?? number} of ${describeRelation(context, relation)}`
}

function describeRelation(context: CommandContext, oid: Oid | undefined): string {
  const row = oid === undefined ? undefined : context.writer.rows('pg_class').find('oid', oid)
  if (row === undefined) return `relation ${oid ?? 0}`
  return `${RELATION_KINDS[row.relkind] ?? 'relation'} ${relationName(context, row)}`
}

/** With its schema when the name alone does not find it. */
export function relationName(context: CommandContext, row: ClassRow): string {
  const { catalog } = context
  const visible = catalog.findRelationOid(undefined, row.relname, context.searchPath) === row.oid
  return quoteQualified(visible ? undefined : catalog.schemaName(row.relnamespace), row.relname)
}

function describeConstraint(context: CommandContext, oid: Oid): string {
  const row = context.writer.rows('pg_constraint').find('oid', oid)
  if (row === undefined) return `constraint ${oid}`
  if (row.conrelid !== 0)
    return `constraint ${row.conname} on ${describeRelation(context, row.conrelid)}`
  return `constraint ${row.conname} on type ${formatTypeName(context.catalog, row.contypid, -1, context.searchPath)}`
}

/** function f(integer,text) */
export function describeRoutine(context: CommandContext, oid: Oid): string {
  const row = context.writer.rows('pg_proc').find('oid', oid)
  if (row === undefined) return `function ${oid}`
  const types = vectorNumbers(row.proargtypes).map((type) =>
    formatTypeName(context.catalog, oidOf(type), -1, context.searchPath),
  )
  const visible = context.catalog
    .functionsNamed(undefined, row.proname, context.searchPath)
    .some((candidate) => candidate.oid === oid)
  const name = quoteQualified(
    visible ? undefined : context.catalog.schemaName(row.pronamespace),
    row.proname,
  )
  const kinds: Readonly<Record<string, string>> = { p: 'procedure', a: 'aggregate' }
  return `${kinds[row.prokind] ?? 'function'} ${name}(${types.join(',')})`
}

/** CREATE TYPE (enum, composite), ALTER TYPE … ADD VALUE / RENAME VALUE */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type {
  AlterEnumStatement,
  CreateCompositeTypeStatement,
  CreateEnumStatement,
} from '../../parse/ast/definitions.ts'
import type { ColumnDefinition } from '../../parse/ast/table.ts'
import type { CommandContext } from '../command-context.ts'
import { resolveCollation } from '../support/collation.ts'
import { defineRelation } from '../support/define-relation.ts'
import type { ColumnDraft } from '../support/define-relation.ts'
import { defineType, ioFunctions, PROC } from '../support/define-type.ts'
import { creationSchema } from '../support/lookup.ts'
import { MAX_NAME_BYTES } from '../support/object-names.ts'
import { resolveType } from '../support/resolve-object.ts'
import { checkStorableType } from '../table/column-definition.ts'

export function* createEnum(context: CommandContext, statement: CreateEnumStatement): Task<string> {
  const namespace = yield* creationSchema(context, statement.type)
  const type = yield* defineType(context, {
    typname: statement.type.name,
    typnamespace: namespace,
    typtype: 'e',
    typcategory: 'E',
    typlen: 4,
    typbyval: true,
    typalign: 'i',
    typstorage: 'p',
    ...ioFunctions(PROC.enum),
  })
  const seen = new Set<string>()
  for (const [i, label] of statement.labels.entries()) {
    checkLabel(label)
    if (seen.has(label)) {
      throw new SqlError(
        '23505',
        'duplicate key value violates unique constraint "pg_enum_typid_label_index"',
        {
          detail: `Key (enumtypid, enumlabel)=(${type.oid}, ${label}) already exists.`,
        },
      )
    }
    seen.add(label)
    yield* insertLabel(context, type.oid, label, i + 1)
  }
  return 'CREATE TYPE'
}

function checkLabel(label: string): void {
  if (new TextEncoder().encode(label).length <= MAX_NAME_BYTES) return
  throw new SqlError('42602', `invalid enum label "${label}"`, {
    detail: `Labels must be ${MAX_NAME_BYTES} bytes or less.`,
  })
}

function* insertLabel(
  context: CommandContext,
  type: Oid,
  label: string,
  sortOrder: number,
): Task<void> {
  yield* context.writer.insert('pg_enum', {
    oid: context.writer.nextOid(),
    enumtypid: type,
    enumsortorder: sortOrder,
    enumlabel: label,
  })
}

export function* alterEnum(context: CommandContext, statement: AlterEnumStatement): Task<string> {
  const { newLabel, oldLabel } = statement
  const name = { ...statement.type, typmods: [], arrayDimensions: [], setof: false }
  const oid = resolveType(context, name, 'type')
  const type = context.catalog.type(oid)
  if (type.typeType !== 'e') throw new SqlError('42809', `${type.name} is not an enum`)
  const labels = type.labels ?? []
  const exists = labels.some(({ label }) => label === newLabel)
  if (oldLabel !== undefined) {
    const row = context.writer
      .rows('pg_enum')
      .where('enumtypid', oid)
      .find((one) => one.enumlabel === oldLabel)
    if (row === undefined)
      throw new SqlError('22023', `"${oldLabel}" is not an existing enum label`)
    if (exists) throw new SqlError('42710', `enum label "${newLabel}" already exists`)
    yield* context.writer.update('pg_enum', row, { enumlabel: newLabel })
    return 'ALTER TYPE'
  }
  checkLabel(newLabel)
  if (exists) {
    if (!statement.ifNotExists)
      throw new SqlError('42710', `enum label "${newLabel}" already exists`)
    context.notice(`enum label "${newLabel}" already exists, skipping`, { code: '42710' })
    return 'ALTER TYPE'
  }
  const order = newSortOrder(labels, statement)
  yield* insertLabel(context, oid, newLabel, order)
  return 'ALTER TYPE'
}

/** Between its neighbours: sort orders are floats, as in pg_enum. */
function newSortOrder(
  labels: readonly { readonly label: string; readonly sortOrder: number }[],
  statement: AlterEnumStatement,
): number {
  const { neighbor, after } = statement
  if (neighbor === undefined) return (labels.at(-1)?.sortOrder ?? 0) + 1
  const at = labels.findIndex(({ label }) => label === neighbor)
  const here = labels[at]
  if (here === undefined) throw new SqlError('22023', `"${neighbor}" is not an existing enum label`)
  const other = labels[after ? at + 1 : at - 1]
  if (other === undefined) return after ? here.sortOrder + 1 : here.sortOrder - 1
  return (here.sortOrder + other.sortOrder) / 2
}

export function* createCompositeType(
  context: CommandContext,
  statement: CreateCompositeTypeStatement,
): Task<string> {
  const namespace = yield* creationSchema(context, statement.type)
  const columns = statement.attributes.map((attribute) => attributeDraft(context, attribute))
  yield* defineRelation(context, {
    name: statement.type.name,
    namespace,
    kind: 'c',
    persistence: 'permanent',
    columns,
  })
  return 'CREATE TYPE'
}

export function attributeDraft(context: CommandContext, attribute: ColumnDefinition): ColumnDraft {
  const { name, type: typeName } = attribute
  if (typeName === undefined) throw new SqlError('42601', `attribute "${name}" has no type`)
  const { type, typmod } = context.services.resolveTypeName(typeName, context.catalog)
  checkStorableType(context, name, type)
  const collation = resolveCollation(
    context,
    attribute.collation,
    type,
    context.catalog.type(type).collation,
  )
  return { name, type, typmod, collation, dimensions: typeName.arrayDimensions.length }
}

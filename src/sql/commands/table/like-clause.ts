/** LIKE source INCLUDING …: columns of another relation, and what of it is wanted besides. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Column, Relation } from '../../catalog/catalog.ts'
import type { LikeClause, LikeOption } from '../../parse/ast/table.ts'
import type { CommandContext } from '../command-context.ts'
import { requireRelation } from '../support/lookup.ts'
import { chooseRelationName } from '../support/object-names.ts'
import type { ColumnOwner } from './column-definition.ts'
import type { TableDraft } from './table-draft.ts'

export function addLikeClause(
  context: CommandContext,
  owner: ColumnOwner,
  clause: LikeClause,
  draft: TableDraft,
): void {
  const source = requireRelation(context, clause.relation)
  if (!['r', 'v', 'm', 'c', 'f', 'p'].includes(source.kind)) {
    throw new SqlError('42809', `relation "${source.name}" is invalid in LIKE clause`, {
      position: clause.relation.position,
    })
  }
  const including = new Set(clause.including)
  for (const column of source.columns) copyColumn(context, owner, source, column, including, draft)
  if (including.has('constraints')) {
    for (const check of source.checks) {
      draft.checks.push({
        name: check.name,
        expression: check.expression,
        noInherit: false,
        notValid: false,
      })
    }
  }
  if (including.has('indexes') || including.has('comments')) {
    draft.copies.push({
      source: source.oid,
      indexes: including.has('indexes'),
      comments: including.has('comments'),
    })
  }
}

function copyColumn(
  context: CommandContext,
  owner: ColumnOwner,
  source: Relation,
  column: Column,
  including: ReadonlySet<LikeOption>,
  draft: TableDraft,
): void {
  const { name, type, typmod, collation, notNull, defaultText } = column
  const generated = column.generated !== undefined && including.has('generated')
  const identity = including.has('identity') ? column.identity : undefined
  draft.columns.push({
    name,
    type,
    typmod,
    collation,
    notNull,
    identity: identity ?? '',
    generated: generated ? 's' : '',
  })
  if (generated)
    draft.defaults.push({ column: name, expression: defaultText ?? '', purpose: 'generated' })
  const isPlain = column.generated === undefined && column.identity === undefined
  const plainDefault = isPlain && including.has('defaults')
  if (plainDefault && defaultText !== undefined) {
    draft.defaults.push({ column: name, expression: defaultText, purpose: 'default' })
  }
  if (identity !== undefined) copyIdentity(context, owner, source, column, draft)
}

/** An identity column gets a sequence of its own with the same options. */
function copyIdentity(
  context: CommandContext,
  owner: ColumnOwner,
  source: Relation,
  column: Column,
  draft: TableDraft,
): void {
  const sequence = identitySequence(context, source, column)
  if (sequence === undefined) return
  const parts = { name1: owner.table, name2: column.name, label: 'seq' }
  const info = context.catalog.type(sequence.type)
  draft.sequences.push({
    column: column.name,
    name: chooseRelationName(context.catalog, owner.namespace, parts),
    namespace: owner.namespace,
    kind: 'identity',
    options: [
      {
        kind: 'as',
        type: {
          schema: 'pg_catalog',
          name: info.name,
          typmods: [],
          arrayDimensions: [],
          setof: false,
        },
      },
      { kind: 'start', value: String(sequence.start) },
      { kind: 'increment', value: String(sequence.increment) },
      { kind: 'minValue', value: String(sequence.minimum) },
      { kind: 'maxValue', value: String(sequence.maximum) },
      { kind: 'cache', value: String(sequence.cache) },
      { kind: 'cycle', cycle: sequence.cycle },
    ],
  })
}

/** The sequence that belongs to a column: by its dependency on it. */
export function identitySequence(context: CommandContext, table: Relation, column: Column) {
  const owned = context.writer
    .rows('pg_depend')
    .where('refobjid', table.oid)
    .filter(
      (row) => row.refobjsubid === column.number && (row.deptype === 'i' || row.deptype === 'a'),
    )
  for (const row of owned) {
    const sequence = context.catalog.sequence(row.objid)
    if (sequence !== undefined) return sequence
  }
  return undefined
}

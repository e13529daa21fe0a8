/** INCLUDING INDEXES and INCLUDING COMMENTS of a LIKE clause. */
import type { Task } from '../../../storage/task.ts'
import type { IndexInfo, Oid, Relation } from '../../catalog/catalog.ts'
import { vectorNumbers } from '../../catalog/store/catalog-tables.ts'
import { oidOf } from '../../catalog/store/catalog-tables.ts'
import type { CommandContext } from '../command-context.ts'
import type { AnalyzedExpression, ExpressionScope } from '../ddl-services.ts'
import { defineIndex } from '../index/define-index.ts'
import type { IndexKeyDraft } from '../index/define-index.ts'
import { indexScope } from '../index/index-keys.ts'
import { accessMethod } from '../index/operator-class.ts'
import { CLASS } from '../support/class-ids.ts'
import { classRow, currentRelation } from '../support/lookup.ts'
import { chooseRelationName, indexNameAddition } from '../support/object-names.ts'

export function* copyIndexesAndComments(
  context: CommandContext,
  target: Oid,
  copy: { readonly source: Oid; readonly indexes: boolean; readonly comments: boolean },
): Task<void> {
  const source = currentRelation(context, copy.source)
  if (copy.indexes) {
    for (const index of source.indexes) yield* copyIndex(context, source, target, index)
  }
  if (copy.comments) yield* copyComments(context, source, target)
}

function* copyIndex(
  context: CommandContext,
  source: Relation,
  target: Oid,
  index: IndexInfo,
): Task<void> {
  const table = currentRelation(context, target)
  const numberOf = (number: number): number => {
    const name = source.columns.find((column) => column.number === number)?.name
    return table.columns.find((column) => column.name === name)?.number ?? 0
  }
  const keys = copyKeys(context, table, index, numberOf)
  const namespace = classRow(context, target).relnamespace
  const name2 = indexNameAddition(keys.map((key) => key.name))
  const parts = index.isPrimary
    ? { name1: table.name, label: 'pkey' }
    : { name1: table.name, name2, label: index.constraint === undefined ? 'idx' : 'key' }
  const constraint = context.writer
    .rows('pg_constraint')
    .where('conindid', index.oid)
    .find((row) => row.contype === 'p' || row.contype === 'u')
  const predicate =
    index.predicate === undefined
      ? undefined
      : analyze(context, index.predicate, {
          ...indexScope(context, table),
          purpose: 'indexPredicate',
        })
  yield* defineIndex(context, {
    table,
    name: chooseRelationName(context.catalog, namespace, parts, index.constraint !== undefined),
    method: accessMethod(context.catalog, index.method),
    unique: index.isUnique,
    nullsNotDistinct: index.nullsNotDistinct,
    keys,
    included: index.included.map(numberOf),
    ...(predicate === undefined ? {} : { predicate }),
    ...(constraint === undefined
      ? {}
      : {
          constraint: {
            type: constraint.contype === 'p' ? ('p' as const) : ('u' as const),
            deferrable: constraint.condeferrable,
            deferred: constraint.condeferred,
          },
        }),
  })
}

function analyze(
  context: CommandContext,
  text: string,
  scope: ExpressionScope,
): AnalyzedExpression {
  return context.services.analyzeExpression(text, scope)
}

function copyKeys(
  context: CommandContext,
  table: Relation,
  index: IndexInfo,
  numberOf: (number: number) => number,
): readonly IndexKeyDraft[] {
  const row = context.writer.rows('pg_index').find('indexrelid', index.oid)
  const classes = vectorNumbers(row?.indclass ?? '')
  const names = context.catalog.attributes(index.oid)
  return index.keys.map((key, i) => {
    const attribute = names.find((candidate) => candidate.attnum === i + 1)
    const source =
      key.column === undefined
        ? { expression: analyze(context, key.expression ?? '', indexScope(context, table)) }
        : { column: numberOf(key.column) }
    return {
      name: attribute?.attname ?? 'expr',
      ...source,
      type: key.type,
      typmod: attribute?.atttypmod ?? -1,
      collation: key.collation,
      opclass: oidOf(classes[i] ?? 0),
      descending: key.descending,
      nullsFirst: key.nullsFirst,
    }
  })
}

function* copyComments(context: CommandContext, source: Relation, target: Oid): Task<void> {
  const comments = context.writer.rows('pg_description').where('objoid', source.oid)
  const table = currentRelation(context, target)
  for (const comment of [...comments]) {
    if (comment.classoid !== CLASS.relation || comment.objsubid === 0) continue
    const name = source.columns.find((column) => column.number === comment.objsubid)?.name
    const column = table.columns.find((candidate) => candidate.name === name)
    if (column === undefined) continue
    yield* context.writer.insert('pg_description', {
      objoid: target,
      classoid: comment.classoid,
      objsubid: column.number,
      description: comment.description,
    })
  }
}

/** The equality operators of a foreign key: between the columns of both sides, and of each side with itself. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Column, Oid } from '../../catalog/catalog.ts'
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.ts'
import type { ConstraintRow } from '../../catalog/rows/relation-rows.ts'
import { formatTypeName } from '../../catalog/describe/format-type.ts'
import type { CommandContext } from '../command-context.ts'
import { defaultOpclass, BTREE } from '../index/operator-class.ts'
import { baseTypeOf } from '../../catalog/base-type.ts'

interface Sides {
  readonly columns: readonly Column[]
}

/** 42804 when a pair of columns cannot be compared. */
export function equalityOperators(
  context: CommandContext,
  constraint: string,
  columns: readonly Column[],
  referenced: Sides,
): Pick<ConstraintRow, 'conpfeqop' | 'conppeqop' | 'conffeqop'> {
  const { catalog } = context
  const pairs = columns.map((foreign, i) => {
    const primary = referenced.columns[i] ?? foreign
    const own = equality(catalog, primary.type, primary.type)
    const across =
      equality(catalog, primary.type, foreign.type) ??
      coercedEquality(catalog, primary, foreign, own)
    if (own === undefined || across === undefined)
      throw incompatible(context, constraint, foreign, primary)
    return { own, across, other: equality(catalog, foreign.type, foreign.type) ?? own }
  })
  const list = (pick: (pair: (typeof pairs)[number]) => Oid): string =>
    `{${pairs.map(pick).join(',')}}`
  return {
    conpfeqop: list((pair) => pair.across),
    conppeqop: list((pair) => pair.own),
    conffeqop: list((pair) => pair.other),
  }
}

function equality(catalog: CatalogSnapshot, left: Oid, right: Oid): Oid | undefined {
  const [a, b] = [operatorInput(catalog, left), operatorInput(catalog, right)]
  return catalog
    .operatorsNamed('pg_catalog', '=', [])
    .find((operator) => operator.left === a && operator.right === b)?.oid
}

/** The type that the btree operator class of a type is declared over: text for varchar, anyarray for arrays … */
function operatorInput(catalog: CatalogSnapshot, type: Oid): Oid {
  return defaultOpclass(catalog, type, BTREE)?.opcintype ?? baseTypeOf(catalog, type).oid
}

/** The referencing column is cast implicitly to the referenced one's type. */
function coercedEquality(
  catalog: CatalogSnapshot,
  primary: Column,
  foreign: Column,
  own: Oid | undefined,
): Oid | undefined {
  const source = baseTypeOf(catalog, foreign.type).oid
  const target = baseTypeOf(catalog, primary.type).oid
  return catalog.cast(source, target)?.context === 'i' ? own : undefined
}

function incompatible(
  context: CommandContext,
  constraint: string,
  foreign: Column,
  primary: Column,
): SqlError {
  const [a, b] = [foreign, primary].map((column) =>
    formatTypeName(context.catalog, column.type, -1, context.searchPath),
  )
  return new SqlError('42804', `foreign key constraint "${constraint}" cannot be implemented`, {
    detail: `Key columns "${foreign.name}" and "${primary.name}" are of incompatible types: ${a} and ${b}.`,
  })
}

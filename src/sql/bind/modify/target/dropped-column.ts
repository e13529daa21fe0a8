/**
 * A dropped column keeps its place in the table's tree, so every row that is written has a null there, of the kind of vector that
 * the tree has at that place. Its type is gone; any type of that kind stands in for it.
 */
import type { ColumnKind } from '../../../../storage/vector.ts'
import type { Oid, Relation } from '../../../catalog/catalog.ts'
import type { Expression } from '../../../plan/expression.ts'
import { NO_OID, TYPE } from '../../resolve/type-oids.ts'

const STAND_INS: Readonly<Record<ColumnKind, Oid>> = {
  bool: TYPE.bool,
  int32: TYPE.int4,
  int64: TYPE.int8,
  float64: TYPE.float8,
  text: TYPE.text,
  datum: TYPE.bytea,
}

/** As a column of the row by tree position; nothing refers to it. */
export function droppedColumn(relation: Relation, position: number) {
  const kind = relation.droppedKinds?.get(position) ?? 'text'
  return { name: '', type: STAND_INS[kind], typmod: -1, collation: NO_OID }
}

export function droppedValue(relation: Relation, position: number): Expression {
  const { type, typmod, collation } = droppedColumn(relation, position)
  return { kind: 'constant', value: null, type, typmod, collation }
}

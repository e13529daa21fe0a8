/** Whether a change of a row may be met by those who only rely on its key: foreign keys lock the rows they point to just so far. */
import { datumAt } from '../../../../storage/vector.ts'
import type { Vector } from '../../../../storage/vector.ts'
import type { Relation } from '../../../catalog/catalog.ts'
import { datumKey } from '../../keys/key-encoding.ts'

/** Tree positions of the columns of whole unique indexes, which a foreign key can refer to. */
export function keyPositions(relation: Relation): ReadonlySet<number> {
  const positions = new Set<number>()
  for (const index of relation.indexes) {
    if (!index.isUnique || index.predicate !== undefined) continue
    for (const { column } of index.keys) {
      const found = relation.columns.find(({ number }) => number === column)
      if (found !== undefined) positions.add(found.position)
    }
  }
  return positions
}

/** Of one row, before a change and after it. */
export function isSameValue(old: Vector, fresh: Vector, row: number): boolean {
  const [before, after] = [datumAt(old, row), datumAt(fresh, row)]
  if (before === null || after === null) return before === after
  return datumKey(before) === datumKey(after)
}

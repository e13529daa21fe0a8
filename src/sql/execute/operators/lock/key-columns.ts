/** Whether a change of a row may be met by those who only rely on its key: foreign keys lock the rows they point to just so far. */
import type { Relation } from '../../../catalog/catalog.ts'

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

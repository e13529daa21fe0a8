/** What the planner may know of a tree without reading a page. */
import type { TreeStatistics } from '../access.ts'
import { rowCountOf } from '../tree/tree-root.ts'
import type { TreeRoot } from '../tree/tree-root.ts'

/** min and max are bounds: deletes do not narrow them, and long text is cut. */
export function treeStatistics(root: TreeRoot): TreeStatistics {
  const zone = root.top?.zone
  return {
    rowCount: rowCountOf(root),
    columns: root.schema.columns.map((_, position) => {
      const min = zone?.mins[position]
      const max = zone?.maxs[position]
      return min === undefined || max === undefined ? undefined : { min, max }
    }),
  }
}

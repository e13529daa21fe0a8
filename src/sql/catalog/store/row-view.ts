/**
 * A catalog row read where it lies, in the column vectors of its page: loading a catalog makes one small object a row, and
 * most of the thirty columns of pg_class are never asked for.
 */
import { datumAt } from '../../../storage/vector.ts'
import type { Vector } from '../../../storage/vector.ts'
import type { CatalogTable } from './catalog-tables.ts'

/** Makes the row at `position` of a batch. */
export type RowViewMaker = (vectors: readonly Vector[], position: number) => object

const makers = new Map<string, RowViewMaker>()

export function rowViewsOf(table: CatalogTable): RowViewMaker {
  let maker = makers.get(table.name)
  if (maker === undefined) {
    maker = makeRowViews(table)
    makers.set(table.name, maker)
  }
  return maker
}

function makeRowViews(table: CatalogTable): RowViewMaker {
  class RowView {
    readonly #vectors: readonly Vector[]
    readonly #position: number

    constructor(vectors: readonly Vector[], position: number) {
      this.#vectors = vectors
      this.#position = position
    }

    static read(row: RowView, column: number): unknown {
      const vector = row.#vectors[column]
      return vector === undefined ? null : datumAt(vector, row.#position)
    }
  }
  table.columns.forEach(({ name }, column) => {
    Object.defineProperty(RowView.prototype, name, {
      get(this: RowView) {
        return RowView.read(this, column)
      },
    })
  })
  return (vectors, position) => new RowView(vectors, position)
}

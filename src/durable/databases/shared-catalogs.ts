/**
 * The newest rows of the catalogs that all databases of a branch share (roles, databases, their settings). Each database's
 * catalog snapshot holds the same rows: whoever commits a change of them hands it on to the others.
 */
import { CatalogSnapshot } from '../../sql/catalog/catalog-snapshot.ts'
import type { CatalogRows } from '../../sql/catalog/store/catalog-rows.ts'
import { SHARED_CATALOGS } from '../../sql/catalog/store/catalog-tables.ts'
import type { CatalogName } from '../../sql/catalog/store/catalog-tables.ts'

export type SharedRows = ReadonlyMap<CatalogName, CatalogRows<object>>

export class SharedCatalogs {
  #newest: CatalogSnapshot

  constructor(newest: CatalogSnapshot) {
    this.#newest = newest
  }

  /** For questions about roles and databases: the rest of it is of whichever database changed them last. */
  get newest(): CatalogSnapshot {
    return this.#newest
  }

  /** From a catalog that was committed: what in it is new; undefined when nothing is. */
  take(committed: CatalogSnapshot): SharedRows | undefined {
    const changed = rowsOf(committed, (name) => sharedRows(this.#newest, name))
    if (changed.size === 0) return undefined
    this.#newest = committed
    return changed
  }

  /** A catalog that was read from its trees, with the rows that everybody has. */
  under(loaded: CatalogSnapshot): CatalogSnapshot {
    return withShared(
      loaded,
      rowsOf(this.#newest, (name) => sharedRows(loaded, name)),
    )
  }
}

export function withShared(catalog: CatalogSnapshot, rows: SharedRows): CatalogSnapshot {
  return rows.size === 0 ? catalog : new CatalogSnapshot(catalog.data.with(rows))
}

/** The shared catalogs in which a snapshot has other rows than it is said to have. */
function rowsOf(
  { data }: CatalogSnapshot,
  known: (name: CatalogName) => CatalogRows<object>,
): SharedRows {
  const rows = new Map<CatalogName, CatalogRows<object>>()
  for (const name of SHARED_CATALOGS) {
    const own = data.rows(name) as unknown as CatalogRows<object> // rows of any catalog are objects
    if (own !== known(name)) rows.set(name, own)
  }
  return rows
}

function sharedRows({ data }: CatalogSnapshot, name: CatalogName): CatalogRows<object> {
  return data.rows(name) as unknown as CatalogRows<object> // as above
}

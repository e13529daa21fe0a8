/**
 * Where the trees of one database are among those of its branch. SQL numbers a database's trees from its own catalogs alone, so
 * two databases use the same numbers; in the store each has a space of its own, by the database's OID. The first database, and
 * what all databases share, have the space 0: their trees have the same numbers on both sides.
 */
import type { TreeId } from '../../storage/access.ts'
import { BANK_SIZE } from '../../storage/tree/persistent-map.ts'
import type { Oid } from '../../sql/catalog/catalog.ts'
import { FIRST_DATABASE } from '../../sql/catalog/load-catalog.ts'
import { FIRST_USER_OID } from '../../sql/catalog/catalog-snapshot.ts'
import { catalogTable, SHARED_CATALOGS } from '../../sql/catalog/store/catalog-tables.ts'
import { DATABASE_COUNTER, OID_COUNTER } from '../../sql/catalog/store/catalog-writer.ts'

const SHARED: ReadonlySet<number> = new Set([
  OID_COUNTER,
  DATABASE_COUNTER,
  ...SHARED_CATALOGS.map((name) => catalogTable(name).tree),
])

/** Tree numbers are exact up to 2^53. */
const SPACES_MAX = Number.MAX_SAFE_INTEGER / BANK_SIZE

export function isShared(tree: number): boolean {
  return SHARED.has(tree)
}

export class TreeSpace {
  /** The bank of the store's maps that holds it. */
  readonly bank: number
  readonly #first: number

  constructor(database: Oid) {
    this.bank = database === FIRST_DATABASE ? 0 : database
    this.#first = this.bank * BANK_SIZE
  }

  /** Databases are numbered without end; the store cannot. */
  static hasRoomFor(database: Oid): boolean {
    return database < SPACES_MAX
  }

  get isFirst(): boolean {
    return this.bank === 0
  }

  /** The store's number of a tree of the database. */
  inStore(tree: TreeId): TreeId {
    if (tree < FIRST_USER_OID && SHARED.has(tree)) return tree
    return (tree + this.#first) as TreeId // the brand of both sides
  }

  /** The database's number of a tree of the store; undefined when the tree is not the database's own. */
  inDatabase(tree: TreeId): TreeId | undefined {
    const own = tree - this.#first
    if (own < 0 || own >= BANK_SIZE) return undefined
    return own as TreeId // as above
  }
}

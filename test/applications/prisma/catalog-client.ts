/**
 * A client of pg whose results name types that Prisma's adapters know: the adapter was made for users' tables, the schema
 * engine reads system catalogs through it. Values are not touched.
 */
import pg from 'pg'

/** "char" and regproc are shown as text, their arrays as text arrays. */
const SHOWN_AS: ReadonlyMap<number, number> = new Map([
  [18, 25],
  [24, 25],
  [194, 25],
  [1002, 1009],
])

interface RowDescription {
  readonly fields: readonly { dataTypeID: number }[]
}

export class CatalogClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config)
    // The public types leave the connection out. This listener comes before the client's own.
    const { connection } = this as unknown as { readonly connection: NodeJS.EventEmitter }
    connection.on('rowDescription', ({ fields }: RowDescription) => {
      for (const field of fields)
        field.dataTypeID = SHOWN_AS.get(field.dataTypeID) ?? field.dataTypeID
    })
  }
}

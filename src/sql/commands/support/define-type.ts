/** New pg_type rows: each with the array type over it. */
import type { Task } from '../../../storage/task.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { TypeRow } from '../../catalog/rows/object-rows.ts'
import { oidOf } from '../../catalog/store/catalog-tables.ts'
import type { CommandContext } from '../command-context.ts'
import { CLASS } from './class-ids.ts'
import { address, recordDependency } from './dependencies.ts'
import { typeTaken } from './lookup.ts'
import { arrayTypeName } from './object-names.ts'

/** pg_proc OIDs of the functions that user types share. */
export const PROC = {
  record: { typinput: 2290, typoutput: 2291, typreceive: 2402, typsend: 2403 },
  array: { typinput: 750, typoutput: 751, typreceive: 2400, typsend: 2401 },
  enum: { typinput: 3506, typoutput: 3507, typreceive: 3532, typsend: 3533 },
  range: { typinput: 3834, typoutput: 3835, typreceive: 3836, typsend: 3837 },
  multirange: { typinput: 4231, typoutput: 4232, typreceive: 4233, typsend: 4234 },
  domain: { typinput: 2597, typreceive: 2598 },
} as const
const ARRAY_SUBSCRIPT_HANDLER = oidOf(6179)
const ARRAY_TYPANALYZE = oidOf(3816)

type Functions = Readonly<Record<string, number>>

export function ioFunctions(functions: Functions): Partial<TypeRow> {
  return Object.fromEntries(Object.entries(functions).map(([name, oid]) => [name, oidOf(oid)]))
}

export interface TypeDraft extends Partial<TypeRow> {
  readonly typname: string
  readonly typnamespace: Oid
  readonly typtype: string
}

/** Inserts the type and its array type; depends on its schema unless it is part of a relation. */
export function* defineType(context: CommandContext, draft: TypeDraft): Task<TypeRow> {
  const { writer } = context
  const taken = context.catalog.typeIn(draft.typnamespace, draft.typname)
  if (taken !== undefined) yield* makeWay(context, taken, draft)
  // PostgreSQL takes the array's OID first.
  const arrayOid = writer.nextOid()
  const row = yield* writer.insert('pg_type', {
    oid: writer.nextOid(),
    typowner: context.owner,
    typlen: -1,
    typcategory: 'U',
    typisdefined: true,
    typdelim: ',',
    typalign: 'd',
    typstorage: 'x',
    typtypmod: -1,
    ...draft,
    typarray: arrayOid,
  })
  yield* insertArrayType(context, row, arrayOid)
  const self = address(CLASS.type, row.oid)
  if (row.typrelid === 0 || draft.typtype !== 'c') {
    yield* recordDependency(context, self, address(CLASS.schema, row.typnamespace), 'n')
  }
  return row
}

function* insertArrayType(context: CommandContext, element: TypeRow, oid: Oid): Task<void> {
  yield* context.writer.insert('pg_type', {
    oid,
    typname: arrayTypeName(context.catalog, element.typnamespace, element.typname),
    typnamespace: element.typnamespace,
    typowner: element.typowner,
    typlen: -1,
    typtype: 'b',
    typcategory: 'A',
    typisdefined: true,
    typdelim: ',',
    typelem: element.oid,
    typsubscript: ARRAY_SUBSCRIPT_HANDLER,
    typanalyze: ARRAY_TYPANALYZE,
    typalign: element.typalign === 'd' ? 'd' : 'i',
    typstorage: 'x',
    typtypmod: -1,
    typcollation: element.typcollation,
    ...ioFunctions(PROC.array),
  })
  const self = address(CLASS.type, oid)
  yield* recordDependency(context, self, address(CLASS.type, element.oid), 'i')
}

/** An array type gives its made-up name up to a type that is called so (moveArrayTypeName()). */
function* makeWay(context: CommandContext, taken: Oid, draft: TypeDraft): Task<void> {
  const row = context.writer.rows('pg_type').find('oid', taken)
  if (row === undefined || row.typelem === 0 || row.typcategory !== 'A')
    throw typeTaken(draft.typname)
  const name = arrayTypeName(context.catalog, row.typnamespace, row.typname)
  yield* context.writer.update('pg_type', row, { typname: name })
}

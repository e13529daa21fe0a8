/** Kinds of relations as PostgreSQL's messages call them (errdetail_relkind_not_supported). */
import type { Relation } from '../../catalog/catalog.ts'

export const RELATION_KINDS: Readonly<Record<Relation['kind'], string>> = {
  r: 'tables',
  v: 'views',
  m: 'materialized views',
  i: 'indexes',
  S: 'sequences',
  c: 'composite types',
  p: 'partitioned tables',
  f: 'foreign tables',
  t: 'TOAST tables',
}

/**
 * Which kind of vector holds the values of a built-in type, by its pg_type name. User types follow from theirs:
 * enums are float64, domains what they are over, everything else datum.
 */
import type { ColumnKind } from '../../storage/vector.ts'

const KINDS: Readonly<Record<string, ColumnKind>> = {
  bool: 'bool',
  ...kinds('int32', 'int2 int4 date'),
  ...kinds('int64', 'int8 oid xid cid xid8 pg_lsn money timestamp timestamptz time tid'),
  ...kinds(
    'int64',
    'regproc regprocedure regoper regoperator regclass regtype regconfig regdictionary regnamespace regrole regcollation',
  ),
  ...kinds('float64', 'float4 float8'),
  ...kinds(
    'text',
    'text varchar bpchar name char json uuid xml unknown cstring jsonpath refcursor void',
  ),
  ...kinds('text', 'inet cidr macaddr macaddr8 aclitem pg_node_tree pg_snapshot txid_snapshot'),
  ...kinds('text', 'pg_ndistinct pg_dependencies pg_mcv_list'),
}

function kinds(kind: ColumnKind, names: string): Record<string, ColumnKind> {
  return Object.fromEntries(names.split(' ').map((name) => [name, kind]))
}

export function builtinKind(typname: string): ColumnKind {
  return Object.hasOwn(KINDS, typname) ? (KINDS[typname] ?? 'datum') : 'datum'
}

/**
 * Rows of the catalogs about relations.
 *
 * Columns are PostgreSQL's own, in its order, under its names. What it keeps as a node tree is SQL text here; vectors,
 * arrays and ACLs are kept in their text form ('1 2', '{a,b}'), so that catalog trees need no codec of values.
 */
import type { Oid } from '../catalog.ts'

/** pg_class */
export interface ClassRow {
  readonly oid: Oid
  readonly relname: string
  readonly relnamespace: Oid
  readonly reltype: Oid
  readonly reloftype: Oid
  readonly relowner: Oid
  readonly relam: Oid
  readonly relfilenode: Oid
  readonly reltablespace: Oid
  readonly relpages: number
  readonly reltuples: number
  readonly relallvisible: number
  readonly reltoastrelid: Oid
  readonly relhasindex: boolean
  readonly relisshared: boolean
  readonly relpersistence: string
  readonly relkind: string
  readonly relnatts: number
  readonly relchecks: number
  readonly relhasrules: boolean
  readonly relhastriggers: boolean
  readonly relhassubclass: boolean
  readonly relrowsecurity: boolean
  readonly relforcerowsecurity: boolean
  readonly relispopulated: boolean
  readonly relreplident: string
  readonly relispartition: boolean
  readonly relrewrite: Oid
  readonly relfrozenxid: number
  readonly relminmxid: number
  readonly relacl: string | null
  readonly reloptions: string | null
  readonly relpartbound: string | null
}

/** pg_attribute */
export interface AttributeRow {
  readonly attrelid: Oid
  readonly attname: string
  readonly atttypid: Oid
  readonly attlen: number
  readonly attnum: number
  readonly attcacheoff: number
  readonly atttypmod: number
  readonly attndims: number
  readonly attbyval: boolean
  readonly attalign: string
  readonly attstorage: string
  readonly attcompression: string
  readonly attnotnull: boolean
  readonly atthasdef: boolean
  readonly atthasmissing: boolean
  readonly attidentity: string
  readonly attgenerated: string
  readonly attisdropped: boolean
  readonly attislocal: boolean
  readonly attinhcount: number
  readonly attcollation: Oid
  readonly attstattarget: number | null
  readonly attacl: string | null
  readonly attoptions: string | null
  readonly attfdwoptions: string | null
  readonly attmissingval: string | null
  /** Ours: dropped columns keep their place in the table's tree, so their ColumnKind is remembered. */
  readonly dropped_kind: string | null
}

/** pg_attrdef */
export interface AttrdefRow {
  readonly oid: Oid
  readonly adrelid: Oid
  readonly adnum: number
  readonly adbin: string
}

/** pg_index */
export interface IndexRow {
  readonly indexrelid: Oid
  readonly indrelid: Oid
  readonly indnatts: number
  readonly indnkeyatts: number
  readonly indisunique: boolean
  readonly indnullsnotdistinct: boolean
  readonly indisprimary: boolean
  readonly indisexclusion: boolean
  readonly indimmediate: boolean
  readonly indisclustered: boolean
  readonly indisvalid: boolean
  readonly indcheckxmin: boolean
  readonly indisready: boolean
  readonly indislive: boolean
  readonly indisreplident: boolean
  readonly indkey: string
  readonly indcollation: string
  readonly indclass: string
  readonly indoption: string
  /** A JSON array of SQL texts. */
  readonly indexprs: string | null
  readonly indpred: string | null
}

/** pg_constraint */
export interface ConstraintRow {
  readonly oid: Oid
  readonly conname: string
  readonly connamespace: Oid
  readonly contype: string
  readonly condeferrable: boolean
  readonly condeferred: boolean
  readonly convalidated: boolean
  readonly conrelid: Oid
  readonly contypid: Oid
  readonly conindid: Oid
  readonly conparentid: Oid
  readonly confrelid: Oid
  readonly confupdtype: string
  readonly confdeltype: string
  readonly confmatchtype: string
  readonly conislocal: boolean
  readonly coninhcount: number
  readonly connoinherit: boolean
  readonly conkey: string | null
  readonly confkey: string | null
  readonly conpfeqop: string | null
  readonly conppeqop: string | null
  readonly conffeqop: string | null
  readonly confdelsetcols: string | null
  readonly conexclop: string | null
  readonly conbin: string | null
}

/** pg_sequence */
export interface SequenceRow {
  readonly seqrelid: Oid
  readonly seqtypid: Oid
  readonly seqstart: number | bigint
  readonly seqincrement: number | bigint
  readonly seqmax: number | bigint
  readonly seqmin: number | bigint
  readonly seqcache: number | bigint
  readonly seqcycle: boolean
}

/** pg_rewrite */
export interface RewriteRow {
  readonly oid: Oid
  readonly rulename: string
  readonly ev_class: Oid
  readonly ev_type: string
  readonly ev_enabled: string
  readonly is_instead: boolean
  readonly ev_qual: string
  readonly ev_action: string
  /** Ours: the search path under which the query was written, as a JSON array. */
  readonly search_path: string | null
}

/** pg_trigger */
export interface TriggerRow {
  readonly oid: Oid
  readonly tgrelid: Oid
  readonly tgparentid: Oid
  readonly tgname: string
  readonly tgfoid: Oid
  readonly tgtype: number
  readonly tgenabled: string
  readonly tgisinternal: boolean
  readonly tgconstrrelid: Oid
  readonly tgconstrindid: Oid
  readonly tgconstraint: Oid
  readonly tgdeferrable: boolean
  readonly tginitdeferred: boolean
  readonly tgnargs: number
  readonly tgattr: string
  readonly tgargs: string
  readonly tgqual: string | null
  readonly tgoldtable: string | null
  readonly tgnewtable: string | null
}

/** pg_policy */
export interface PolicyRow {
  readonly oid: Oid
  readonly polname: string
  readonly polrelid: Oid
  readonly polcmd: string
  readonly polpermissive: boolean
  readonly polroles: string
  readonly polqual: string | null
  readonly polwithcheck: string | null
}

/**
 * Rows of the other catalogs: schemas, types, functions, roles and what ties objects together.
 *
 * Columns are PostgreSQL's own, in its order, under its names. What it keeps as a node tree is SQL text here; vectors,
 * arrays and ACLs are kept in their text form ('1 2', '{a,b}'), so that catalog trees need no codec of values.
 */
import type { Oid } from '../catalog.ts'

/** pg_type */
export interface TypeRow {
  readonly oid: Oid
  readonly typname: string
  readonly typnamespace: Oid
  readonly typowner: Oid
  readonly typlen: number
  readonly typbyval: boolean
  readonly typtype: string
  readonly typcategory: string
  readonly typispreferred: boolean
  readonly typisdefined: boolean
  readonly typdelim: string
  readonly typrelid: Oid
  readonly typsubscript: Oid
  readonly typelem: Oid
  readonly typarray: Oid
  readonly typinput: Oid
  readonly typoutput: Oid
  readonly typreceive: Oid
  readonly typsend: Oid
  readonly typmodin: Oid
  readonly typmodout: Oid
  readonly typanalyze: Oid
  readonly typalign: string
  readonly typstorage: string
  readonly typnotnull: boolean
  readonly typbasetype: Oid
  readonly typtypmod: number
  readonly typndims: number
  readonly typcollation: Oid
  readonly typdefaultbin: string | null
  readonly typdefault: string | null
  readonly typacl: string | null
}

/** pg_namespace */
export interface NamespaceRow {
  readonly oid: Oid
  readonly nspname: string
  readonly nspowner: Oid
  readonly nspacl: string | null
}

/** pg_enum */
export interface EnumRow {
  readonly oid: Oid
  readonly enumtypid: Oid
  readonly enumsortorder: number
  readonly enumlabel: string
}

/** pg_proc */
export interface ProcRow {
  readonly oid: Oid
  readonly proname: string
  readonly pronamespace: Oid
  readonly proowner: Oid
  readonly prolang: Oid
  readonly procost: number
  readonly prorows: number
  readonly provariadic: Oid
  readonly prosupport: Oid
  readonly prokind: string
  readonly prosecdef: boolean
  readonly proleakproof: boolean
  readonly proisstrict: boolean
  readonly proretset: boolean
  readonly provolatile: string
  readonly proparallel: string
  readonly pronargs: number
  readonly pronargdefaults: number
  readonly prorettype: Oid
  readonly proargtypes: string
  readonly proallargtypes: string | null
  readonly proargmodes: string | null
  readonly proargnames: string | null
  /** A JSON array of SQL texts. */
  readonly proargdefaults: string | null
  readonly protrftypes: string | null
  readonly prosrc: string
  readonly probin: string | null
  readonly prosqlbody: string | null
  readonly proconfig: string | null
  readonly proacl: string | null
}

/** pg_description */
export interface DescriptionRow {
  readonly objoid: Oid
  readonly classoid: Oid
  readonly objsubid: number
  readonly description: string
}

/** pg_depend */
export interface DependRow {
  readonly classid: Oid
  readonly objid: Oid
  readonly objsubid: number
  readonly refclassid: Oid
  readonly refobjid: Oid
  readonly refobjsubid: number
  readonly deptype: string
}

/** pg_authid */
export interface AuthidRow {
  readonly oid: Oid
  readonly rolname: string
  readonly rolsuper: boolean
  readonly rolinherit: boolean
  readonly rolcreaterole: boolean
  readonly rolcreatedb: boolean
  readonly rolcanlogin: boolean
  readonly rolreplication: boolean
  readonly rolbypassrls: boolean
  readonly rolconnlimit: number
  readonly rolpassword: string | null
  readonly rolvaliduntil: number | null
}

/** pg_auth_members */
export interface AuthMembersRow {
  readonly oid: Oid
  readonly roleid: Oid
  readonly member: Oid
  readonly grantor: Oid
  readonly admin_option: boolean
  readonly inherit_option: boolean
  readonly set_option: boolean
}

/** pg_database */
export interface DatabaseRow {
  readonly oid: Oid
  readonly datname: string
  readonly datdba: Oid
  readonly encoding: number
  readonly datlocprovider: string
  readonly datistemplate: boolean
  readonly datallowconn: boolean
  readonly dathasloginevt: boolean
  readonly datconnlimit: number
  readonly datfrozenxid: number
  readonly datminmxid: number
  readonly dattablespace: Oid
  readonly datcollate: string
  readonly datctype: string
  readonly datlocale: string | null
  readonly daticurules: string | null
  readonly datcollversion: string | null
  readonly datacl: string | null
}

/** pg_range */
export interface RangeRow {
  readonly rngtypid: Oid
  readonly rngsubtype: Oid
  readonly rngmultitypid: Oid
  readonly rngcollation: Oid
  readonly rngsubopc: Oid
  readonly rngcanonical: Oid
  readonly rngsubdiff: Oid
}

/** pg_collation */
export interface CollationRow {
  readonly oid: Oid
  readonly collname: string
  readonly collnamespace: Oid
  readonly collowner: Oid
  readonly collprovider: string
  readonly collisdeterministic: boolean
  readonly collencoding: number
  readonly collcollate: string | null
  readonly collctype: string | null
  readonly colllocale: string | null
  readonly collicurules: string | null
  readonly collversion: string | null
}

/** pg_operator */
export interface OperatorRow {
  readonly oid: Oid
  readonly oprname: string
  readonly oprnamespace: Oid
  readonly oprowner: Oid
  readonly oprkind: string
  readonly oprcanmerge: boolean
  readonly oprcanhash: boolean
  readonly oprleft: Oid
  readonly oprright: Oid
  readonly oprresult: Oid
  readonly oprcom: Oid
  readonly oprnegate: Oid
  readonly oprcode: Oid
  readonly oprrest: Oid
  readonly oprjoin: Oid
}

/** pg_cast */
export interface CastRow {
  readonly oid: Oid
  readonly castsource: Oid
  readonly casttarget: Oid
  readonly castfunc: Oid
  readonly castcontext: string
  readonly castmethod: string
}

/** pg_aggregate */
export interface AggregateRow {
  readonly aggfnoid: Oid
  readonly aggkind: string
  readonly aggnumdirectargs: number
  readonly aggtransfn: Oid
  readonly aggfinalfn: Oid
  readonly aggcombinefn: Oid
  readonly aggserialfn: Oid
  readonly aggdeserialfn: Oid
  readonly aggmtransfn: Oid
  readonly aggminvtransfn: Oid
  readonly aggmfinalfn: Oid
  readonly aggfinalextra: boolean
  readonly aggmfinalextra: boolean
  readonly aggfinalmodify: string
  readonly aggmfinalmodify: string
  readonly aggsortop: Oid
  readonly aggtranstype: Oid
  readonly aggtransspace: number
  readonly aggmtranstype: Oid
  readonly aggmtransspace: number
  readonly agginitval: string | null
  readonly aggminitval: string | null
}

/** pg_extension */
export interface ExtensionRow {
  readonly oid: Oid
  readonly extname: string
  readonly extowner: Oid
  readonly extnamespace: Oid
  readonly extrelocatable: boolean
  readonly extversion: string
  readonly extconfig: string | null
  readonly extcondition: string | null
}

/** pg_db_role_setting */
export interface DbRoleSettingRow {
  readonly setdatabase: Oid
  readonly setrole: Oid
  readonly setconfig: string | null
}

/** pg_shdescription */
export interface ShdescriptionRow {
  readonly objoid: Oid
  readonly classoid: Oid
  readonly description: string
}

/** pg_language */
export interface LanguageRow {
  readonly oid: Oid
  readonly lanname: string
}

/** pg_am */
export interface AccessMethodRow {
  readonly oid: Oid
  readonly amname: string
  readonly amtype: string
}

/** pg_opclass */
export interface OpclassRow {
  readonly oid: Oid
  readonly opcmethod: Oid
  readonly opcname: string
  readonly opcnamespace: Oid
  readonly opcfamily: Oid
  readonly opcintype: Oid
  readonly opcdefault: boolean
}

/**
 * One immutable picture of the catalogs: the built-in data plus the user's rows. It answers the binder's questions
 * (`Catalog`), and gives DDL and the system relations the rows themselves. Everything is described on first use: making
 * a snapshot costs nothing, so DDL makes one after every change.
 */
import { AssertionError } from '../../errors/sql-error.ts'
import type {
  CastInfo,
  Catalog,
  Oid,
  OperatorInfo,
  ProcInfo,
  Relation,
  Role,
  SequenceInfo,
  TypeInfo,
} from './catalog.ts'
import * as builtin from './builtin/builtin-lookup.ts'
import { describeOperator, describeProc } from './describe/proc-info.ts'
import { describeRelation, describeSequence } from './describe/relation-info.ts'
import { describeType } from './describe/type-info.ts'
import type { AggregateRow, ProcRow, AuthidRow, RangeRow, TypeRow } from './rows/object-rows.ts'
import type { AttributeRow, ClassRow, ConstraintRow, RewriteRow } from './rows/relation-rows.ts'
import type { CatalogData } from './store/catalog-data.ts'
import { oidOf } from './store/catalog-tables.ts'

export const FIRST_USER_OID = 16384
export const PG_CATALOG = oidOf(11)

/** Versions are unique in an isolate, across branches too: they are keys of plan caches. */
let lastVersion = 0

/** Built-in objects are described once for all snapshots. */
const builtinTypes = new Map<number, TypeInfo>()
const builtinProcs = new Map<number, ProcInfo>()
const builtinOperators = new Map<number, OperatorInfo>()
const builtinRelations = new Map<number, Relation>()

export class CatalogSnapshot implements Catalog {
  readonly version: number
  readonly data: CatalogData
  readonly #relations = new Map<number, Relation | undefined>()
  readonly #types = new Map<number, TypeInfo>()
  readonly #procs = new Map<number, ProcInfo>()

  constructor(data: CatalogData) {
    this.version = ++lastVersion
    this.data = data
  }

  // --- schemas -------------------------------------------------------------------------------------

  hasSchema(name: string): boolean {
    return this.schemaOid(name) !== undefined
  }

  /** One that is not built in, as temporary schemas never are. */
  hasOwnSchema(name: string): boolean {
    return this.data.rows('pg_namespace').find('nspname', name) !== undefined
  }

  schemaOid(name: string): Oid | undefined {
    return this.data.rows('pg_namespace').find('nspname', name)?.oid ?? builtin.schemaOid(name)
  }

  schemaName(oid: Oid): string {
    return this.data.rows('pg_namespace').find('oid', oid)?.nspname ?? builtin.schemaName(oid) ?? ''
  }

  /** Schemas to look in, by PostgreSQL's rule: pg_catalog comes first unless the path names it. */
  schemasOf(schema: string | undefined, searchPath: readonly string[]): readonly Oid[] {
    if (schema !== undefined) {
      const name = schema === 'pg_temp' ? (searchPath.find(isTemporarySchema) ?? schema) : schema
      const oid = this.schemaOid(name)
      return oid === undefined ? [] : [oid]
    }
    const oids: Oid[] = searchPath.includes('pg_catalog') ? [] : [PG_CATALOG]
    for (const name of searchPath) {
      const oid = this.schemaOid(name)
      // A temporary schema comes before pg_catalog.
      if (oid !== undefined && isTemporarySchema(name)) oids.unshift(oid)
      else if (oid !== undefined) oids.push(oid)
    }
    return oids
  }

  // --- relations -----------------------------------------------------------------------------------

  classRow(oid: Oid): ClassRow | undefined {
    return oid < FIRST_USER_OID
      ? builtin.row('pg_class', 'oid', oid)
      : this.data.rows('pg_class').find('oid', oid)
  }

  /** All pg_attribute rows of a relation that are stored: dropped columns too. */
  attributes(relation: Oid): readonly AttributeRow[] {
    return relation < FIRST_USER_OID
      ? builtin.rowsWhere('pg_attribute', 'attrelid', relation)
      : this.data.rows('pg_attribute').where('attrelid', relation)
  }

  rewriteRule(relation: Oid): RewriteRow | undefined {
    return relation < FIRST_USER_OID
      ? builtin.row('pg_rewrite', 'ev_class', relation)
      : this.data.rows('pg_rewrite').find('ev_class', relation)
  }

  relation(oid: Oid): Relation | undefined {
    if (oid < FIRST_USER_OID) {
      return remember(builtinRelations, oid, () => this.#describeRelation(oid))
    }
    return remember(this.#relations, oid, () => this.#describeRelation(oid))
  }

  #describeRelation(oid: Oid): Relation | undefined {
    const row = this.classRow(oid)
    return row === undefined ? undefined : describeRelation(row, this)
  }

  findRelation(
    schema: string | undefined,
    name: string,
    searchPath: readonly string[],
  ): Relation | undefined {
    const oid = this.findRelationOid(schema, name, searchPath)
    return oid === undefined ? undefined : this.relation(oid)
  }

  findRelationOid(
    schema: string | undefined,
    name: string,
    searchPath: readonly string[],
  ): Oid | undefined {
    for (const namespace of this.schemasOf(schema, searchPath)) {
      const oid = this.relationIn(namespace, name)
      if (oid !== undefined) return oid
    }
    return undefined
  }

  relationIn(namespace: Oid, name: string): Oid | undefined {
    const row = this.data
      .rows('pg_class')
      .where('relname', name)
      .find((candidate) => candidate.relnamespace === namespace)
    return row?.oid ?? builtin.named('pg_class', 'relname', 'relnamespace', name, namespace)[0]
  }

  sequence(oid: Oid): SequenceInfo | undefined {
    const row = this.classRow(oid)
    return row === undefined || row.relkind !== 'S' ? undefined : describeSequence(row, this)
  }

  // --- types ---------------------------------------------------------------------------------------

  typeRow(oid: Oid): TypeRow | undefined {
    return oid < FIRST_USER_OID
      ? builtin.row('pg_type', 'oid', oid)
      : this.data.rows('pg_type').find('oid', oid)
  }

  type(oid: Oid): TypeInfo {
    const info = this.typeIfExists(oid)
    if (info === undefined) throw new AssertionError(`cache lookup failed for type ${oid}`)
    return info
  }

  typeIfExists(oid: Oid): TypeInfo | undefined {
    const known = oid < FIRST_USER_OID ? builtinTypes : this.#types
    const found = known.get(oid)
    if (found !== undefined) return found
    const row = this.typeRow(oid)
    if (row === undefined) return undefined
    const info = describeType(row, this)
    known.set(oid, info)
    return info
  }

  findType(
    schema: string | undefined,
    name: string,
    searchPath: readonly string[],
  ): TypeInfo | undefined {
    for (const namespace of this.schemasOf(schema, searchPath)) {
      const oid = this.typeIn(namespace, name)
      if (oid !== undefined) return this.type(oid)
    }
    return undefined
  }

  typeIn(namespace: Oid, name: string): Oid | undefined {
    const row = this.data
      .rows('pg_type')
      .where('typname', name)
      .find((candidate) => candidate.typnamespace === namespace)
    return row?.oid ?? builtin.named('pg_type', 'typname', 'typnamespace', name, namespace)[0]
  }

  range(column: 'rngtypid' | 'rngmultitypid', type: Oid): RangeRow | undefined {
    return this.data.rows('pg_range').find(column, type) ?? builtin.row('pg_range', column, type)
  }

  constraintsOfType(type: Oid): readonly ConstraintRow[] {
    return type < FIRST_USER_OID
      ? builtin.rowsWhere('pg_constraint', 'contypid', type)
      : this.data.rows('pg_constraint').where('contypid', type)
  }

  // --- functions, operators, casts ------------------------------------------------------------------

  proc(oid: Oid): ProcInfo | undefined {
    const known = oid < FIRST_USER_OID ? builtinProcs : this.#procs
    const found = known.get(oid)
    if (found !== undefined) return found
    const row = this.procRow(oid)
    if (row === undefined) return undefined
    const info = describeProc(row, this)
    known.set(oid, info)
    return info
  }

  procRow(oid: Oid): ProcRow | undefined {
    return oid < FIRST_USER_OID
      ? builtin.row('pg_proc', 'oid', oid)
      : this.data.rows('pg_proc').find('oid', oid)
  }

  functionsNamed(
    schema: string | undefined,
    name: string,
    searchPath: readonly string[],
  ): readonly ProcInfo[] {
    const found: ProcInfo[] = []
    const rows = this.data.rows('pg_proc').where('proname', name)
    for (const namespace of this.schemasOf(schema, searchPath)) {
      const oids = builtin.named('pg_proc', 'proname', 'pronamespace', name, namespace)
      const own = rows.filter((row) => row.pronamespace === namespace).map((row) => row.oid)
      for (const oid of [...oids, ...own]) {
        const info = this.proc(oid)
        if (info !== undefined) found.push(info)
      }
    }
    return found
  }

  aggregate(proc: Oid): AggregateRow | undefined {
    return proc < FIRST_USER_OID
      ? builtin.row('pg_aggregate', 'aggfnoid', proc)
      : this.data.rows('pg_aggregate').find('aggfnoid', proc)
  }

  languageName(oid: Oid): string {
    return builtin.row('pg_language', 'oid', oid)?.lanname ?? ''
  }

  operator(oid: Oid): OperatorInfo | undefined {
    const found = builtinOperators.get(oid)
    if (found !== undefined) return found
    const row =
      oid < FIRST_USER_OID
        ? builtin.row('pg_operator', 'oid', oid)
        : this.data.rows('pg_operator').find('oid', oid)
    if (row === undefined) return undefined
    const info = describeOperator(row, this)
    if (oid < FIRST_USER_OID) builtinOperators.set(oid, info)
    return info
  }

  operatorsNamed(
    schema: string | undefined,
    name: string,
    searchPath: readonly string[],
  ): readonly OperatorInfo[] {
    const found: OperatorInfo[] = []
    const rows = this.data.rows('pg_operator').where('oprname', name)
    for (const namespace of this.schemasOf(schema, searchPath)) {
      const oids = builtin.named('pg_operator', 'oprname', 'oprnamespace', name, namespace)
      const own = rows.filter((row) => row.oprnamespace === namespace).map((row) => row.oid)
      for (const oid of [...oids, ...own]) {
        const info = this.operator(oid)
        if (info !== undefined) found.push(info)
      }
    }
    return found
  }

  cast(source: Oid, target: Oid): CastInfo | undefined {
    const own = this.data.rows('pg_cast').where('castsource', source)
    const row = own.find((candidate) => candidate.casttarget === target)
    if (row === undefined) return builtin.cast(source, target)
    return {
      source,
      target,
      procedure: row.castfunc,
      // The catalog columns hold exactly the letters of the contract.
      context: row.castcontext as CastInfo['context'],
      method: row.castmethod as CastInfo['method'],
    }
  }

  // --- collations, access methods, roles ---------------------------------------------------------------

  findCollation(
    schema: string | undefined,
    name: string,
  ): { readonly oid: Oid; readonly locale: string | undefined } | undefined {
    const row = this.data.rows('pg_collation').find('collname', name)
    if (
      row !== undefined &&
      (schema === undefined || this.schemaName(row.collnamespace) === schema)
    ) {
      return { oid: row.oid, locale: this.collationLocale(row.oid) }
    }
    if (schema !== undefined && schema !== 'pg_catalog') return undefined
    const oid = builtin.named('pg_collation', 'collname', 'collnamespace', name, PG_CATALOG)[0]
    return oid === undefined ? undefined : { oid, locale: this.collationLocale(oid) }
  }

  collationLocale(oid: Oid): string | undefined {
    const row =
      this.data.rows('pg_collation').find('oid', oid) ?? builtin.row('pg_collation', 'oid', oid)
    // Only ICU collations sort by a locale; C, POSIX, ucs_basic and pg_c_utf8 by code point, and so does the default.
    return row?.collprovider === 'i' ? (row.colllocale ?? undefined) : undefined
  }

  collationName(oid: Oid): { readonly schema: string; readonly name: string } | undefined {
    const row =
      this.data.rows('pg_collation').find('oid', oid) ?? builtin.row('pg_collation', 'oid', oid)
    return row && { schema: this.schemaName(row.collnamespace), name: row.collname }
  }

  accessMethodName(oid: Oid): string {
    return builtin.row('pg_am', 'oid', oid)?.amname ?? ''
  }

  role(oid: Oid): Role | undefined {
    const row = this.data.rows('pg_authid').find('oid', oid) ?? builtin.row('pg_authid', 'oid', oid)
    return row === undefined ? undefined : describeRole(row)
  }

  findRole(name: string): Role | undefined {
    const row = this.data.rows('pg_authid').find('rolname', name)
    if (row !== undefined) return describeRole(row)
    const oid = builtin.unique('pg_authid', 'rolname', name)
    return oid === undefined ? undefined : this.role(oid)
  }
}

function describeRole(row: AuthidRow): Role {
  return {
    oid: row.oid,
    name: row.rolname,
    isSuperuser: row.rolsuper,
    canLogin: row.rolcanlogin,
    inherits: row.rolinherit,
    createRole: row.rolcreaterole,
    createDatabase: row.rolcreatedb,
  }
}

export function isTemporarySchema(name: string): boolean {
  return /^pg_temp_\d+$/.test(name)
}

function remember<T>(known: Map<number, T>, oid: number, describe: () => T): T {
  // A stored undefined is an answer too.
  if (known.has(oid)) return known.get(oid) as T
  const made = describe()
  known.set(oid, made)
  return made
}

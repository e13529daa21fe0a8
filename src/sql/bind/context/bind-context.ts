/**
 * What all of binding one statement shares: the catalog, the search path, parameter types and the column id counter.
 * Views are bound under their own search path but share the rest (`withSearchPath`).
 */
import type { Catalog, Oid, Relation } from '../../catalog/catalog.ts'
import type { EvaluationSession } from '../../execute/evaluation-session.ts'
import type { ColumnId } from '../../plan/expression.ts'
import type { OutputColumn } from '../../plan/plan-node.ts'
import type { TypeIo } from '../../types/type-io.ts'
import type { Field } from '../resolve/composite-fields.ts'
import { ParameterTypes } from './parameters.ts'
import { RelationAccess } from './relation-access.ts'

export interface BindOptions {
  readonly catalog: Catalog
  readonly searchPath: readonly string[]
  /** Literals are read at bind time under its settings (DateStyle, TimeZone …). */
  readonly session: EvaluationSession
  readonly typeIo: TypeIo
  /** Declared types of $1 …; 0 or missing ones are inferred. */
  readonly parameterTypes?: readonly Oid[]
  /** The view whose query is being bound. */
  readonly view?: Relation | undefined
}

/** Counters and sets that belong to the whole statement. */
interface Shared {
  nextColumn: number
  nextCte: number
  isReadOnly: boolean
  /** How many views and functions deep we are: a guard against views that select from or call themselves. */
  viewDepth: number
  /** A function written in SQL is called: its body is still to be put in. */
  callsSqlFunctions: boolean
  readonly relations: Set<Oid>
  /** What is done with relations, for privileges; several entries may be of one relation. */
  readonly accesses: RelationAccess[]
  /** Schemas that the statement itself names. */
  readonly namedSchemas: Set<string>
  /** Names of all WITH tables seen, for a hint when one is out of reach. */
  readonly withNames: Set<string>
  /** Columns that are a table's column as it is: their origin. */
  readonly origins: Map<ColumnId, { readonly table: number; readonly attribute: number }>
  /** Columns of type record whose fields are known. */
  readonly recordFields: Map<ColumnId, readonly Field[]>
}

export class BindContext {
  readonly catalog: Catalog
  readonly searchPath: readonly string[]
  readonly session: EvaluationSession
  readonly typeIo: TypeIo
  readonly parameters: ParameterTypes
  readonly view: Relation | undefined
  readonly shared: Shared

  constructor(options: BindOptions, parent?: BindContext, parameters?: ParameterTypes) {
    this.catalog = options.catalog
    this.searchPath = options.searchPath
    this.session = options.session
    this.typeIo = options.typeIo
    this.view = options.view
    this.parameters =
      parameters ?? parent?.parameters ?? new ParameterTypes(options.parameterTypes ?? [])
    this.shared = parent?.shared ?? {
      nextColumn: 1,
      nextCte: 1,
      isReadOnly: true,
      viewDepth: 0,
      callsSqlFunctions: false,
      relations: new Set(),
      accesses: [],
      namedSchemas: new Set(),
      withNames: new Set(),
      origins: new Map(),
      recordFields: new Map(),
    }
  }

  withSearchPath(searchPath: readonly string[]): BindContext {
    return new BindContext({ ...this, searchPath }, this)
  }

  insideView(view: Relation): BindContext {
    const searchPath = view.viewSearchPath ?? this.searchPath
    return new BindContext({ ...this, searchPath, view }, this)
  }

  /** Notes that the statement reaches a relation; the caller adds what it does with it. */
  noteAccess(relation: Relation, schema?: string): RelationAccess {
    if (schema !== undefined && this.view === undefined) this.shared.namedSchemas.add(schema)
    this.shared.relations.add(relation.oid)
    const access = new RelationAccess(relation, this.view)
    this.shared.accesses.push(access)
    return access
  }

  /** For the body of an SQL function, whose $n are the call's arguments. */
  forFunction(types: readonly Oid[]): BindContext {
    return new BindContext(this, this, new ParameterTypes(types, true))
  }

  newColumnId(): ColumnId {
    // The counter is the only source of column ids.
    return this.shared.nextColumn++ as ColumnId
  }

  newColumn(
    name: string,
    of: { readonly type: Oid; readonly typmod: number; readonly collation: Oid },
  ): OutputColumn {
    return {
      id: this.newColumnId(),
      name,
      type: of.type,
      typmod: of.typmod,
      collation: of.collation,
    }
  }
}

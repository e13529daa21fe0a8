/**
 * What all of binding one statement shares: the catalog, the search path, parameter types and the column id counter.
 * Views are bound under their own search path but share the rest (`withSearchPath`).
 */
import type { Catalog, Oid } from '../../catalog/catalog.ts'
import type { EvaluationSession } from '../../execute/evaluation-session.ts'
import type { ColumnId } from '../../plan/expression.ts'
import type { OutputColumn } from '../../plan/plan-node.ts'
import type { TypeIo } from '../../types/type-io.ts'
import type { Field } from '../resolve/composite-fields.ts'
import { ParameterTypes } from './parameters.ts'

export interface BindOptions {
  readonly catalog: Catalog
  readonly searchPath: readonly string[]
  /** Literals are read at bind time under its settings (DateStyle, TimeZone …). */
  readonly session: EvaluationSession
  readonly typeIo: TypeIo
  /** Declared types of $1 …; 0 or missing ones are inferred. */
  readonly parameterTypes?: readonly Oid[]
}

/** Counters and sets that belong to the whole statement. */
interface Shared {
  nextColumn: number
  nextCte: number
  isReadOnly: boolean
  /** How many views deep we are: a guard against views that select from themselves. */
  viewDepth: number
  readonly relations: Set<Oid>
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
  readonly shared: Shared

  constructor(options: BindOptions, parent?: BindContext) {
    this.catalog = options.catalog
    this.searchPath = options.searchPath
    this.session = options.session
    this.typeIo = options.typeIo
    this.parameters = parent?.parameters ?? new ParameterTypes(options.parameterTypes ?? [])
    this.shared = parent?.shared ?? {
      nextColumn: 1,
      nextCte: 1,
      isReadOnly: true,
      viewDepth: 0,
      relations: new Set(),
      withNames: new Set(),
      origins: new Map(),
      recordFields: new Map(),
    }
  }

  withSearchPath(searchPath: readonly string[]): BindContext {
    return new BindContext({ ...this, searchPath }, this)
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

/**
 * Types of $1 … $n while a statement is bound. A parameter without a declared type is `unknown` until the first
 * context that needs a type decides it, as PostgreSQL does for prepared statements.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { NO_OID, TYPE } from '../resolve/type-oids.ts'

/** PostgreSQL's MaxAllocSize / sizeof(Oid) is far above what the protocol can bind. */
const MAX_PARAMETERS = 65535

export class ParameterTypes {
  /** 0 = number was skipped so far; `unknown` = used but not decided. */
  readonly #types: Oid[]

  /** No others than the declared ones: the parameters of a function. */
  readonly #isFixed: boolean

  constructor(declared: readonly Oid[], isFixed = false) {
    this.#types = [...declared]
    this.#isFixed = isFixed
  }

  /** Type of a parameter at a place where it is used; `index` from 0. */
  use(index: number, position: number | undefined): Oid {
    const limit = this.#isFixed ? this.#types.length : MAX_PARAMETERS
    if (index < 0 || index >= limit) {
      throw new SqlError('42P02', `there is no parameter $${index + 1}`, { position })
    }
    while (this.#types.length <= index) this.#types.push(NO_OID)
    const known = this.#types[index] ?? NO_OID
    if (known !== NO_OID) return known
    this.#types[index] = TYPE.unknown
    return TYPE.unknown
  }

  /** A context wants an undecided parameter to be of `type`; returns the type it has from now on. */
  decide(
    index: number,
    type: Oid,
    position: number | undefined,
    format: (type: Oid) => string,
  ): Oid {
    const known = this.#types[index] ?? TYPE.unknown
    if (known === TYPE.unknown || known === NO_OID) {
      this.#types[index] = type
      return type
    }
    if (known !== type) {
      throw new SqlError('42P08', `inconsistent types deduced for parameter $${index + 1}`, {
        detail: `${format(known)} versus ${format(type)}`,
        position,
      })
    }
    return known
  }

  /** Current type, for uses that were bound before the type was decided. */
  current(index: number): Oid {
    return this.#types[index] ?? TYPE.unknown
  }

  /** All types at the end of binding; an undecided one is an error, as in Describe. */
  finish(): readonly Oid[] {
    this.#types.forEach((type, index) => {
      if (type === TYPE.unknown || type === NO_OID) {
        throw new SqlError('42P18', `could not determine data type of parameter $${index + 1}`)
      }
    })
    return this.#types
  }
}

/**
 * nextval() and its relatives for one session. The counters live in storage and are not transactional; what a session has
 * drawn (currval, lastval) is its own. Messages are those of PostgreSQL's sequence.c.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { TransactionAccess } from '../../../storage/access.ts'
import { normalizeInt64 } from '../../../storage/vector.ts'
import type { Catalog, Oid, SequenceInfo } from '../../catalog/catalog.ts'
import type { SequenceUse } from './sequence-guard.ts'
import type { SequenceService } from '../../execute/evaluation-session.ts'

/** What one session has drawn, by sequence oid; survives statements and transactions. */
export interface DrawnValues {
  readonly values: Map<number, number | bigint>
  last: number | bigint | undefined
}

export class SequenceValues implements SequenceService {
  readonly #access: TransactionAccess
  readonly #catalog: () => Catalog
  readonly #drawn: DrawnValues
  readonly #check: (sequence: Oid, use: SequenceUse) => void
  readonly #checked = new Map<SequenceUse, Set<Oid>>()

  constructor(
    access: TransactionAccess,
    catalog: () => Catalog,
    drawn: DrawnValues,
    check: (sequence: Oid, use: SequenceUse) => void = () => undefined,
  ) {
    this.#access = access
    this.#catalog = catalog
    this.#drawn = drawn
    this.#check = check
  }

  nextValue(sequenceOid: number): number | bigint {
    const sequence = this.#find(sequenceOid)
    this.#require(sequence.oid, 'nextval')
    const state = this.#access.readSequence(sequence.tree) ?? {
      lastValue: sequence.start,
      isCalled: false,
    }
    const value = state.isCalled ? following(sequence, BigInt(state.lastValue)) : state.lastValue
    this.#access.writeSequence(sequence.tree, { lastValue: value, isCalled: true })
    this.#drawn.values.set(sequenceOid, value)
    this.#drawn.last = value
    return value
  }

  currentValue(sequenceOid: number): number | bigint {
    const sequence = this.#find(sequenceOid)
    this.#require(sequence.oid, 'currval')
    const value = this.#drawn.values.get(sequenceOid)
    if (value !== undefined) return value
    throw new SqlError(
      SQLSTATE.OBJECT_NOT_IN_PREREQUISITE_STATE,
      `currval of sequence "${sequence.name}" is not yet defined in this session`,
    )
  }

  lastValue(): number | bigint {
    if (this.#drawn.last !== undefined) return this.#drawn.last
    throw new SqlError(
      SQLSTATE.OBJECT_NOT_IN_PREREQUISITE_STATE,
      'lastval is not yet defined in this session',
    )
  }

  setValue(sequenceOid: number, value: number | bigint, isCalled: boolean): void {
    const sequence = this.#find(sequenceOid)
    this.#require(sequence.oid, 'setval')
    const wide = BigInt(value)
    if (wide < BigInt(sequence.minimum) || wide > BigInt(sequence.maximum)) {
      throw new SqlError(
        SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE,
        `setval: value ${value} is out of bounds for sequence "${sequence.name}" (${sequence.minimum}..${sequence.maximum})`,
      )
    }
    this.#access.writeSequence(sequence.tree, { lastValue: value, isCalled })
    if (isCalled) this.#drawn.values.set(sequenceOid, value)
  }

  /** Once a statement, however many rows draw from it. */
  #require(sequence: Oid, use: SequenceUse): void {
    const known = this.#checked.get(use)
    if (known?.has(sequence) === true) return
    this.#check(sequence, use)
    if (known === undefined) this.#checked.set(use, new Set([sequence]))
    else known.add(sequence)
  }

  #find(oid: number): SequenceInfo {
    // Functions receive a regclass: an oid as a plain number.
    const sequence = this.#catalog().sequence(oid as Oid)
    if (sequence !== undefined) return sequence
    const relation = this.#catalog().relation(oid as Oid)
    if (relation === undefined) {
      throw new SqlError(SQLSTATE.UNDEFINED_TABLE, `could not open relation with OID ${oid}`)
    }
    throw new SqlError(SQLSTATE.WRONG_OBJECT_TYPE, `"${relation.name}" is not a sequence`)
  }
}

function following(sequence: SequenceInfo, last: bigint): number | bigint {
  const increment = BigInt(sequence.increment)
  const [minimum, maximum] = [BigInt(sequence.minimum), BigInt(sequence.maximum)]
  const next = last + increment
  if (increment > 0n && next > maximum) {
    if (!sequence.cycle) throw exhausted(sequence, 'maximum', maximum)
    return normalizeInt64(minimum)
  }
  if (increment < 0n && next < minimum) {
    if (!sequence.cycle) throw exhausted(sequence, 'minimum', minimum)
    return normalizeInt64(maximum)
  }
  return normalizeInt64(next)
}

function exhausted(sequence: SequenceInfo, end: string, value: bigint): SqlError {
  return new SqlError(
    '2200H',
    `nextval: reached ${end} value of sequence "${sequence.name}" (${value})`,
  )
}

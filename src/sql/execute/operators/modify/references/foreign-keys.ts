/**
 * Foreign keys, looked at when the statement has made all its changes: new rows must find their parent; rows that lost a
 * parent are deleted, updated, or forbid the statement, as the key's action says. Actions run the same code on the other
 * table, so they cascade.
 *
 * What is deferred is only noted here (`deferred/`), and comes back when its time has come.
 */
import { assert, unsupported } from '../../../../../errors/sql-error.ts'
import type { SqlError } from '../../../../../errors/sql-error.ts'
import type { Task } from '../../../../../storage/task.ts'
import {
  type Batch,
  type Datum,
  datumAt,
  type Vector,
  vectorOf,
} from '../../../../../storage/vector.ts'
import type { ForeignKey, IndexInfo, Relation } from '../../../../catalog/catalog.ts'
import type { ExecutionContext } from '../../../execution-context.ts'
import { compileExpression } from '../../../expression/compile-expression.ts'
import { type Compilation, ONE_ROW } from '../../../expression/kernel.ts'
import type { Key } from '../../../keys/key-encoding.ts'
import { ROW_LOCK } from '../../../../lock/lock-mode.ts'
import type { RowLockStrength } from '../../../../lock/lock-mode.ts'
import type { LostKeys } from '../deferred/deferred-constraints.ts'
import { missingParent, mixedNulls, stillReferenced } from './reference-errors.ts'
import type { TextContext } from './reference-errors.ts'
import { findLocked, keepsKey } from './reference-locks.ts'
import { columnNumbered, findReferencing, indexFor } from './referencing-rows.ts'
import type { FoundRows, Reference } from './referencing-rows.ts'
import { translateKey } from './key-translation.ts'
import type { KeyTranslation, KeyValues } from './key-translation.ts'
import { TableWriter } from '../table-writer.ts'

interface Change {
  readonly writer: TableWriter
  readonly old: Batch | undefined
  readonly fresh: Batch | undefined
  /** Of the rows in `fresh`. */
  readonly rowIds: Float64Array | undefined
}

export class ForeignKeyChecks {
  readonly #compilation: Compilation
  readonly #context: ExecutionContext
  readonly #changes: Change[] = []
  /** Found parents, so that a thousand children of one parent look it up once. */
  #known: Map<number, Set<Key>> | undefined
  #translations: Map<number, KeyTranslation> | undefined

  constructor(compilation: Compilation, context: ExecutionContext) {
    this.#compilation = compilation
    this.#context = context
  }

  /** Notes a change that was made; undefined for what an insert or delete lacks. */
  note(
    writer: TableWriter,
    old: Batch | undefined,
    fresh: Batch | undefined,
    rowIds?: Float64Array,
  ): void {
    const { foreignKeys, referencedBy } = writer.rules
    const matters =
      (fresh !== undefined && foreignKeys.length > 0) ||
      (old !== undefined && referencedBy.length > 0)
    if (matters) this.#changes.push({ writer, old, fresh, rowIds })
  }

  /** Runs actions (which note changes of their own) until none is left, then checks the new rows. */
  *finish(): Task<void> {
    if (this.#changes.length === 0) return
    yield* this.#context.catchUp()
    const checked: Change[] = []
    for (let change = this.#changes.shift(); change !== undefined; change = this.#changes.shift()) {
      checked.push(change)
      const { writer, old, fresh } = change
      if (old === undefined) continue
      for (const key of writer.rules.referencedBy) yield* this.#actOnLost(key, writer, old, fresh)
    }
    for (const change of checked) {
      for (const key of change.writer.rules.foreignKeys) yield* this.#checkChange(key, change)
    }
  }

  // --- children: every new key must be in the referenced table ---------------------------------------

  *#checkChange(key: ForeignKey, { writer, old, fresh, rowIds }: Change): Task<void> {
    if (fresh === undefined) return
    // Other columns alone: the parent stays what it was, and is not locked.
    if (old !== undefined && isUntouched(writer.relation, key.columns, old, fresh)) return
    const { deferred } = this.#context
    if (deferred?.isDeferred(key) === true && rowIds !== undefined) {
      deferred.noteRows(key, writer.relation.oid, rowIds)
    } else yield* this.checkParents(key, writer, fresh)
  }

  *checkParents(key: ForeignKey, writer: TableWriter, rows: Batch): Task<void> {
    const vectors = columnsOf(writer.relation, key.columns, rows)
    const parent = this.#relation(key.referencedTable)
    const translation = this.#translationOf(key, writer.relation, parent)
    const known = this.#knownKeys(key.oid)
    for (let i = 0; i < rows.length; i++) {
      const values = vectors.map((vector) => datumAt(vector, i))
      if (values.includes(null)) {
        if (key.match === 'f' && values.some((value) => value !== null))
          throw mixedNulls(key, writer.relation)
        continue
      }
      const wanted = translation.toReferenced(values)
      const encoded = wanted && translation.encode(wanted)
      if (encoded !== undefined && known.has(encoded)) continue
      if (wanted === undefined || !(yield* this.#hasParent(key, parent, wanted))) {
        // A row of this statement may be gone or changed again by an action: then its own later state counts.
        const reference = { key, child: writer, translation }
        if (wanted === undefined || (yield* this.#isStillThere(reference, wanted)))
          throw missingParent(key, writer.relation, parent, values, this.#texts)
      }
      if (encoded !== undefined) known.add(encoded)
    }
  }

  *#isStillThere(reference: Reference, values: KeyValues): Task<boolean> {
    const found = yield* findReferencing(reference, values, this.#context)
    return found.rowIds.length > 0
  }

  *#hasParent(key: ForeignKey, parent: Relation, values: KeyValues): Task<boolean> {
    const index = referencedIndex(parent, key)
    const ordered = index.keys.map((part) => {
      const place = key.referencedColumns.indexOf(part.column ?? -1)
      return values[place] ?? null
    })
    for (;;) {
      const rowId = yield* this.#context.access.firstMatch(index.tree, ordered)
      if (rowId === undefined) return false
      if (parent.tree === undefined) return true
      if (yield* keepsKey(parent.tree, rowId, index.tree, ordered, this.#context)) return true
    }
  }

  #findLocked(
    reference: Reference,
    parent: TableWriter,
    values: KeyValues,
    strength: RowLockStrength,
  ): Task<FoundRows> {
    const { key, child } = reference
    const refuse = (): SqlError =>
      stillReferenced(key, parent.relation, child.relation, values, this.#texts)
    return findLocked({ reference, values, strength, refuse }, this.#context)
  }

  get #texts(): TextContext {
    return { compilation: this.#compilation, context: this.#context }
  }

  // --- parents: what happens to rows whose parent is gone --------------------------------------------

  *#actOnLost(
    key: ForeignKey,
    writer: TableWriter,
    old: Batch,
    fresh: Batch | undefined,
  ): Task<void> {
    const before = columnsOf(writer.relation, key.referencedColumns, old)
    const after = fresh && columnsOf(writer.relation, key.referencedColumns, fresh)
    const reference = this.#referenceOf(key, writer)
    const { translation } = reference
    for (let i = 0; i < old.length; i++) {
      const lost = before.map((vector) => datumAt(vector, i))
      if (lost.includes(null)) continue
      const renewed = after?.map((vector) => datumAt(vector, i))
      if (renewed !== undefined && translation.areEqual(renewed, lost)) continue
      this.#known?.get(key.oid)?.delete(translation.encode(lost))
      yield* this.#actOnKey(reference, writer, lost, renewed)
    }
  }

  *#actOnKey(
    reference: Reference,
    writer: TableWriter,
    lost: KeyValues,
    renewed: KeyValues | undefined,
  ): Task<void> {
    const { key, child, translation } = reference
    const action = renewed === undefined ? key.onDelete : key.onUpdate
    const { deferred } = this.#context
    if (action === 'a' && deferred?.isDeferred(key) === true) {
      const encoded = translation.encode(lost)
      deferred.noteLost(key, writer.relation.oid, encoded, lost, !key.validated)
      return
    }
    const found = yield* this.#findLocked(reference, writer, lost, lockFor(action))
    if (found.rowIds.length === 0) return
    switch (action) {
      case 'a':
        // NO ACTION lets another row of the statement take over the key.
        return yield* this.#requireParent(key, writer, child, lost)
      case 'r':
        throw stillReferenced(key, writer.relation, child.relation, lost, this.#texts)
      case 'c':
        if (renewed === undefined) yield* this.#deleteRows(child, found)
        else yield* this.#setColumns(child, found, key.columns, translation.toReferencing(renewed))
        return
      case 'n': {
        const columns =
          renewed === undefined && key.deleteSetColumns.length > 0
            ? key.deleteSetColumns
            : key.columns
        yield* this.#setColumns(
          child,
          found,
          columns,
          columns.map(() => null),
        )
        return
      }
      case 'd':
        yield* this.#setDefaults(reference, found, lost)
        if (yield* this.#isStillThere(reference, lost)) {
          yield* this.#requireParent(key, writer, child, lost)
        }
        return
    }
  }

  /** Keys that were lost some time ago: somebody must have them by now, or nobody refer to them any more. */
  *checkLost(key: ForeignKey, parent: TableWriter, lost: LostKeys): Task<void> {
    const reference = this.#referenceOf(key, parent)
    const { locks } = this.#context
    const sees = locks === undefined || locks.seesNewest || locks.access.isCurrent
    const isManyScans = lost !== 'all' && lost.size > 1 && indexFor(reference) === undefined
    if (lost === 'all' || (isManyScans && sees)) {
      return yield* this.#checkReferences(reference, parent, lost)
    }
    for (const values of lost.values()) {
      const found = yield* this.#findLocked(reference, parent, values, ROW_LOCK.keyShare)
      if (found.rowIds.length > 0) yield* this.#requireParent(key, parent, reference.child, values)
    }
  }

  /** By one look at all references. */
  *#checkReferences(
    { key, child, translation }: Reference,
    parent: TableWriter,
    lost: LostKeys,
  ): Task<void> {
    const columns = key.columns.map((number) => columnNumbered(child.relation, number).position)
    const known = this.#knownKeys(key.oid)
    for (const item of this.#context.access.scan(child.tree, { columns })) {
      if (item.kind !== 'batch') {
        yield item
        continue
      }
      for (let i = 0; i < item.length; i++) {
        const own = item.columns.map((vector) => datumAt(vector, i))
        const values = own.includes(null) ? undefined : translation.toReferenced(own)
        if (values === undefined) continue
        const encoded = translation.encode(values)
        if (known.has(encoded)) continue
        if (lost !== 'all' && !lost.has(encoded)) continue
        yield* this.#requireParent(key, parent, child, values)
        known.add(encoded)
      }
    }
  }

  *#requireParent(
    key: ForeignKey,
    parent: TableWriter,
    child: TableWriter,
    values: KeyValues,
  ): Task<void> {
    if (yield* this.#hasParent(key, parent.relation, values)) return
    throw stillReferenced(key, parent.relation, child.relation, values, this.#texts)
  }

  #referenceOf(key: ForeignKey, parent: TableWriter): Reference {
    const child = key.table === parent.relation.oid ? parent : this.writer(key.table)
    return { key, child, translation: this.#translationOf(key, child.relation, parent.relation) }
  }

  *#deleteRows(child: TableWriter, found: FoundRows): Task<void> {
    yield* child.delete(found.rowIds, found.rows, this.#context)
    this.note(child, found.rows, undefined)
  }

  *#setColumns(
    child: TableWriter,
    found: FoundRows,
    numbers: readonly number[],
    values: KeyValues,
  ): Task<void> {
    const columns = found.rows.columns.slice()
    const n = found.rows.length
    numbers.forEach((number, k) => {
      const { position } = columnNumbered(child.relation, number)
      columns[position] = vectorOf(
        columns[position].kind,
        new Array<Datum | null>(n).fill(values[k]),
      )
    })
    const fresh = child.complete({ kind: 'batch', length: n, columns }, this.#context)
    yield* child.update(found.rowIds, found.rows, fresh, this.#context)
    this.note(child, found.rows, fresh, found.rowIds)
  }

  *#setDefaults(
    { key, child, translation }: Reference,
    found: FoundRows,
    lost: KeyValues,
  ): Task<void> {
    const columns = key.deleteSetColumns.length > 0 ? key.deleteSetColumns : key.columns
    const values = this.#defaults(child.relation, columns)
    // The key that is going may be the default itself: then the rows stay as they are, and are found again.
    const wanted = columns === key.columns ? translation.toReferenced(values) : undefined
    if (wanted !== undefined && translation.areEqual(wanted, lost)) return
    yield* this.#setColumns(child, found, columns, values)
  }

  #defaults(relation: Relation, numbers: readonly number[]): KeyValues {
    return numbers.map((number) => {
      const expression = this.#context.columnDefault?.(relation, columnNumbered(relation, number))
      if (expression === undefined) return null
      const kernel = compileExpression(expression, new Map(), this.#compilation)
      return datumAt(kernel(ONE_ROW, this.#context), 0)
    })
  }

  // --- both ------------------------------------------------------------------------------------------

  #translationOf(key: ForeignKey, child: Relation, parent: Relation): KeyTranslation {
    this.#translations ??= new Map()
    let known = this.#translations.get(key.oid)
    if (known === undefined) {
      known = translateKey(key, child, parent, this.#texts)
      this.#translations.set(key.oid, known)
    }
    return known
  }

  #knownKeys(key: number): Set<Key> {
    this.#known ??= new Map()
    let known = this.#known.get(key)
    if (known === undefined) this.#known.set(key, (known = new Set()))
    return known
  }

  #relation(oid: Relation['oid']): Relation {
    const relation = this.#context.catalog.relation(oid)
    assert(relation !== undefined, `relation ${oid} of a foreign key exists`)
    return relation
  }

  writer(oid: Relation['oid']): TableWriter {
    const relation = this.#relation(oid)
    const rules = this.#context.tableRules?.(relation)
    if (rules === undefined || relation.tree === undefined) {
      throw unsupported(`a foreign key from table "${relation.name}"`)
    }
    return new TableWriter(relation, relation.tree, rules, this.#compilation)
  }
}

/** What an action does to the rows that refer to a key; those that only stand in its way are kept from going. */
function lockFor(action: ForeignKey['onDelete']): RowLockStrength {
  return action === 'a' || action === 'r' ? ROW_LOCK.keyShare : ROW_LOCK.update
}

/** Not a column of the key was assigned to. */
function isUntouched(
  relation: Relation,
  numbers: readonly number[],
  old: Batch,
  fresh: Batch,
): boolean {
  const [before, after] = [columnsOf(relation, numbers, old), columnsOf(relation, numbers, fresh)]
  return before.every((vector, i) => vector === after[i])
}

function columnsOf(relation: Relation, numbers: readonly number[], rows: Batch): Vector[] {
  return numbers.map((number) => rows.columns[columnNumbered(relation, number).position])
}

function referencedIndex(parent: Relation, key: ForeignKey): IndexInfo {
  const index = parent.indexes.find((one) => one.oid === key.referencedIndex)
  assert(index !== undefined, `the index that foreign key "${key.name}" refers to exists`)
  return index
}

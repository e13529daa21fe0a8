/**
 * DROP with all that hangs on it (dependency.c): finds the dependents through pg_depend, refuses or cascades, and deletes
 * from the leaves down.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { CommandContext } from '../command-context.ts'
import type { ObjectAddress } from '../ddl-services.ts'
import { address } from '../support/dependencies.ts'
import { describeObject } from '../support/describe-object.ts'
import { deleteObject } from './delete-object.ts'

/** How an object came into the set: asked for, as part of another, or because it needs another. */
type Via = 'original' | 'part' | 'normal'

interface Found {
  readonly object: ObjectAddress
  via: Via
  /** What it depends on. */
  readonly dependee: ObjectAddress | undefined
}

export interface DeletionOptions {
  readonly cascade: boolean
  /** Dependents that go silently, e.g. when a temporary schema is emptied. */
  readonly quiet?: boolean
}

const MAX_REPORTED = 100

export function* performDeletion(
  context: CommandContext,
  targets: readonly ObjectAddress[],
  options: DeletionOptions,
): Task<void> {
  const search = new DependentSearch(context, targets)
  for (const target of targets) search.visit(target, 'original', undefined)
  report(context, search.order, targets, options)
  for (const { object } of search.order) yield* deleteObject(context, object)
}

function keyOf(object: ObjectAddress): string {
  return `${object.classId}/${object.objectId}/${object.subId}`
}

class DependentSearch {
  /** Dependents before what they depend on: the order of deletion. */
  readonly order: Found[] = []
  readonly #context: CommandContext
  readonly #found = new Map<string, Found>()
  readonly #originals: ReadonlySet<string>
  readonly #stack: ObjectAddress[] = []

  constructor(context: CommandContext, targets: readonly ObjectAddress[]) {
    this.#context = context
    this.#originals = new Set(targets.map(keyOf))
  }

  visit(object: ObjectAddress, via: Via, dependee: ObjectAddress | undefined): void {
    const known = this.#lookup(object)
    if (known !== undefined) {
      // Reached as a part of something as well: then it needs no mention.
      if (via !== 'normal' && known.via === 'normal') known.via = via
      return
    }
    const owner = this.#ownerOf(object)
    if (owner !== undefined && this.#redirect(object, owner, via, dependee)) return
    const found: Found = { object, via, dependee }
    this.#found.set(keyOf(object), found)
    this.#stack.push(object)
    for (const dependent of this.#dependents(object)) {
      this.visit(dependent.object, dependent.via, object)
    }
    this.#stack.pop()
    this.order.push(found)
  }

  /** A column of a table that goes anyway counts as found. */
  #lookup(object: ObjectAddress): Found | undefined {
    return this.#found.get(keyOf(object)) ?? this.#found.get(keyOf({ ...object, subId: 0 }))
  }

  /** Parts cannot go alone: their owner goes instead, and takes them along. */
  #redirect(
    object: ObjectAddress,
    owner: ObjectAddress,
    via: Via,
    dependee: ObjectAddress | undefined,
  ): boolean {
    if (this.#lookup(owner) !== undefined) return false
    if (this.#originals.has(keyOf(owner))) return false
    if (via !== 'original') {
      this.visit(owner, via, dependee)
      return true
    }
    const [part, whole] = [object, owner].map((one) => describeObject(this.#context, one))
    throw new SqlError('2BP01', `cannot drop ${part} because ${whole} requires it`, {
      hint: `You can drop ${whole} instead.`,
    })
  }

  #ownerOf(object: ObjectAddress): ObjectAddress | undefined {
    const row = this.#context.writer
      .rows('pg_depend')
      .where('objid', object.objectId)
      .find(
        (entry) =>
          entry.classid === object.classId &&
          entry.objsubid === object.subId &&
          entry.deptype === 'i',
      )
    return row === undefined ? undefined : address(row.refclassid, row.refobjid, row.refobjsubid)
  }

  #dependents(
    object: ObjectAddress,
  ): readonly { readonly object: ObjectAddress; readonly via: Via }[] {
    return (
      this.#context.writer
        .rows('pg_depend')
        .where('refobjid', object.objectId)
        .filter(
          (row) =>
            row.refclassid === object.classId &&
            (object.subId === 0 || row.refobjsubid === object.subId) &&
            // The columns of a relation are part of it.
            !(
              object.subId === 0 &&
              row.classid === object.classId &&
              row.objid === object.objectId
            ),
        )
        // Newest first, as PostgreSQL does, so that the report ends up oldest first.
        .toSorted((a, b) => b.objid - a.objid)
        .map((row) => ({
          object: address(row.classid, row.objid, row.objsubid),
          via: row.deptype === 'n' ? ('normal' as const) : ('part' as const),
        }))
    )
  }
}

function report(
  context: CommandContext,
  order: readonly Found[],
  targets: readonly ObjectAddress[],
  options: DeletionOptions,
): void {
  const dependents = order.toReversed().filter((found) => found.via === 'normal')
  if (dependents.length === 0) return
  if (options.cascade) {
    if (options.quiet !== true) noticeCascade(context, dependents)
    return
  }
  const lines = dependents.map(({ object, dependee }) => {
    const on = dependee === undefined ? '' : ` depends on ${describeObject(context, dependee)}`
    return `${describeObject(context, object)}${on}`
  })
  const [target] = targets
  const what =
    targets.length === 1 && target !== undefined
      ? `cannot drop ${describeObject(context, target)} because other objects depend on it`
      : 'cannot drop desired object(s) because other objects depend on them'
  throw new SqlError('2BP01', what, {
    detail: limited(
      lines,
      (more) => `and ${more} other ${more === 1 ? 'object' : 'objects'} (see server log for list)`,
    ),
    hint: 'Use DROP ... CASCADE to drop the dependent objects too.',
  })
}

function limited(lines: readonly string[], rest: (more: number) => string): string {
  const shown = lines.slice(0, MAX_REPORTED)
  const more = lines.length - shown.length
  return more === 0 ? shown.join('\n') : `${shown.join('\n')}\n${rest(more)}`
}

function noticeCascade(context: CommandContext, dependents: readonly Found[]): void {
  const lines = dependents.map(
    ({ object }) => `drop cascades to ${describeObject(context, object)}`,
  )
  const [first] = lines
  if (lines.length === 1 && first !== undefined) {
    context.notice(first)
    return
  }
  const detail = limited(
    lines,
    (more) => `and ${more} other ${more === 1 ? 'object' : 'objects'} (see server log for list)`,
  )
  context.notice(`drop cascades to ${lines.length} other objects`, { detail })
}

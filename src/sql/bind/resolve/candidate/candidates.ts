/**
 * Choosing among overloaded functions or operators (func_match_argtypes and func_select_candidate of PostgreSQL's manual,
 * "Type Conversion"). Used for both, so it sees only argument type lists.
 */
import type { Catalog, Oid } from '../../../catalog/catalog.ts'
import { canCoerceTypes } from '../coercion/coercion-path.ts'
import { baseType, categoryOf, isPreferred } from '../type-facts.ts'
import { NO_OID, TYPE } from '../type-oids.ts'

export interface Candidate {
  /** Declared types, in the order of the actual arguments. */
  readonly args: readonly Oid[]
}

/** Candidates whose declared types the actual ones can be coerced to implicitly. */
export function usableCandidates<C extends Candidate>(
  catalog: Catalog,
  actual: readonly Oid[],
  candidates: readonly C[],
): readonly C[] {
  return candidates.filter((candidate) =>
    canCoerceTypes(catalog, actual, candidate.args.slice(0, actual.length), 'implicit'),
  )
}

/** The best of several usable candidates; undefined when it stays ambiguous. */
export function selectCandidate<C extends Candidate>(
  catalog: Catalog,
  actual: readonly Oid[],
  candidates: readonly C[],
): C | undefined {
  const inputs = actual.map((type) => (type === TYPE.unknown ? type : baseType(catalog, type)))
  let left = keepBest(candidates, (candidate) => exactMatches(inputs, candidate))
  if (left.length === 1) return left[0]
  const categories = inputs.map((type) => categoryOf(catalog, type))
  left = keepBest(left, (candidate) => preferredMatches(catalog, inputs, categories, candidate))
  if (left.length === 1) return left[0]
  const unknowns = inputs.filter((type) => type === TYPE.unknown).length
  if (unknowns === 0) return undefined
  left = narrowUnknowns(catalog, inputs, left)
  if (left.length === 1) return left[0]
  if (unknowns === inputs.length) return undefined
  return assumeUnknownsAlike(catalog, inputs, left)
}

function keepBest<C>(candidates: readonly C[], score: (candidate: C) => number): readonly C[] {
  let best = -1
  let kept: C[] = []
  for (const candidate of candidates) {
    const value = score(candidate)
    if (value > best) {
      best = value
      kept = [candidate]
    } else if (value === best) {
      kept.push(candidate)
    }
  }
  return kept
}

function exactMatches(inputs: readonly Oid[], candidate: Candidate): number {
  let count = 0
  inputs.forEach((type, i) => {
    if (type !== TYPE.unknown && candidate.args[i] === type) count++
  })
  return count
}

function preferredMatches(
  catalog: Catalog,
  inputs: readonly Oid[],
  categories: readonly string[],
  candidate: Candidate,
): number {
  let count = 0
  inputs.forEach((type, i) => {
    if (type === TYPE.unknown) return
    const declared = candidate.args[i] ?? NO_OID
    if (declared === type || isPreferred(catalog, categories[i] ?? '', declared)) count++
  })
  return count
}

/**
 * For each unknown argument, the category the candidates agree on ('S' wins if any accepts it), then the preferred
 * type of that category if some candidate has it.
 */
function narrowUnknowns<C extends Candidate>(
  catalog: Catalog,
  inputs: readonly Oid[],
  candidates: readonly C[],
): readonly C[] {
  const slots: { category: string; hasPreferred: boolean }[] = []
  for (const [i, type] of inputs.entries()) {
    if (type !== TYPE.unknown) {
      slots.push({ category: '', hasPreferred: false })
      continue
    }
    const slot = slotCategory(catalog, candidates, i)
    if (slot === undefined) return candidates
    slots.push(slot)
  }
  const fits = candidates.filter((candidate) =>
    inputs.every((type, i) => {
      if (type !== TYPE.unknown) return true
      const declared = candidate.args[i] ?? NO_OID
      const slot = slots[i]
      if (slot === undefined || categoryOf(catalog, declared) !== slot.category) return false
      return !slot.hasPreferred || isPreferred(catalog, slot.category, declared)
    }),
  )
  return fits.length > 0 ? fits : candidates
}

function slotCategory(
  catalog: Catalog,
  candidates: readonly Candidate[],
  slot: number,
): { category: string; hasPreferred: boolean } | undefined {
  let category = ''
  let hasPreferred = false
  let conflict = false
  for (const candidate of candidates) {
    const declared = catalog.type(candidate.args[slot] ?? NO_OID)
    if (category === '') {
      category = declared.category
      hasPreferred = declared.isPreferred
    } else if (declared.category === category) {
      hasPreferred ||= declared.isPreferred
    } else if (declared.category === 'S') {
      category = 'S'
      hasPreferred = declared.isPreferred
    } else {
      conflict = true
    }
  }
  // Strings beat any conflict: an unknown literal looks like a string.
  return conflict && category !== 'S' ? undefined : { category, hasPreferred }
}

/** If the known arguments are all of one type, take the unknown ones as that type too. */
function assumeUnknownsAlike<C extends Candidate>(
  catalog: Catalog,
  inputs: readonly Oid[],
  candidates: readonly C[],
): C | undefined {
  const known = inputs.filter((type) => type !== TYPE.unknown)
  const [first] = known
  if (first === undefined || known.some((type) => type !== first)) return undefined
  const assumed = inputs.map(() => first)
  const fits = candidates.filter((candidate) =>
    canCoerceTypes(catalog, assumed, candidate.args.slice(0, assumed.length), 'implicit'),
  )
  return fits.length === 1 ? fits[0] : undefined
}

/** From a written call to one pg_proc row (func_get_detail), or the knowledge that it is really a cast. */
import type { Catalog, Oid } from '../../../catalog/catalog.ts'
import type { BindContext } from '../../context/bind-context.ts'
import { selectCandidate, usableCandidates } from './candidates.ts'
import { findCoercionPath } from '../coercion/coercion-path.ts'
import {
  type CallShape,
  type FunctionCandidate,
  type FunctionName,
  functionCandidates,
} from './function-candidates.ts'
import { categoryOf, isRowType } from '../type-facts.ts'
import { NO_OID, TYPE } from '../type-oids.ts'

export type FunctionResolution =
  | { readonly kind: 'notFound' }
  | { readonly kind: 'ambiguous' }
  /** int4('42'), text(x): the name of a type, called. */
  | { readonly kind: 'cast'; readonly type: Oid }
  | { readonly kind: 'function'; readonly candidate: FunctionCandidate }

/** Answers are kept as long as their catalog. */
const known = new WeakMap<Catalog, Map<string, FunctionResolution>>()

export function resolveFunction(
  context: BindContext,
  name: FunctionName,
  shape: CallShape,
  actual: readonly Oid[],
): FunctionResolution {
  let answers = known.get(context.catalog)
  if (answers === undefined) known.set(context.catalog, (answers = new Map()))
  const path = name.schema ?? context.searchPath.join('\0')
  const named = shape.names.join('\0')
  const key = `${name.name}\0${actual.join()}\0${named}\0${shape.variadicArray}\0${path}`
  const before = answers.get(key)
  if (before !== undefined) return before
  const found = searchFunction(context, name, shape, actual)
  answers.set(key, found)
  return found
}

function searchFunction(
  context: BindContext,
  name: FunctionName,
  shape: CallShape,
  actual: readonly Oid[],
): FunctionResolution {
  const candidates = functionCandidates(context, name, shape)
  const exact = candidates.find((candidate) =>
    actual.every((type, i) => candidate.args[i] === type),
  )
  if (exact !== undefined) return { kind: 'function', candidate: exact }
  const cast = castByName(context, name, shape, actual)
  if (cast !== undefined) return { kind: 'cast', type: cast }
  const usable = usableCandidates(context.catalog, actual, candidates)
  if (usable.length === 0) return { kind: 'notFound' }
  const best = usable.length === 1 ? usable[0] : selectCandidate(context.catalog, actual, usable)
  return best === undefined ? { kind: 'ambiguous' } : { kind: 'function', candidate: best }
}

/** A one-argument call of a type's name is a cast if the cast needs no function of another name. */
function castByName(
  context: BindContext,
  name: FunctionName,
  shape: CallShape,
  actual: readonly Oid[],
): Oid | undefined {
  const [source] = actual
  if (actual.length !== 1 || source === undefined || shape.names.length > 0) return undefined
  const type = context.catalog.findType(name.schema, name.name, context.searchPath)
  if (type === undefined || type.relation !== NO_OID) return undefined
  if (source === TYPE.unknown) return type.oid
  const path = findCoercionPath(context.catalog, type.oid, source, 'explicit')
  if (path.kind === 'relabel') return type.oid
  if (path.kind !== 'io') return undefined
  const toString = categoryOf(context.catalog, type.oid) === 'S'
  return isRowType(context.catalog, source) && toString ? undefined : type.oid
}

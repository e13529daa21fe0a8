/**
 * All functions a written call could mean: by name and number of arguments, with variadic parameters expanded,
 * defaults filled in and named arguments put in place.
 */
import type { Oid, ProcInfo } from '../../../catalog/catalog.ts'
import type { BindContext } from '../../context/bind-context.ts'
import type { Candidate } from './candidates.ts'
import { NO_OID } from '../type-oids.ts'

export interface FunctionName {
  readonly schema: string | undefined
  readonly name: string
}

export interface CallShape {
  readonly count: number
  /** Names of the trailing named arguments. */
  readonly names: readonly string[]
  /** The last argument is written VARIADIC: the array itself is passed. */
  readonly variadicArray: boolean
}

export interface FunctionCandidate extends Candidate {
  readonly proc: ProcInfo
  /** For each actual argument the parameter it goes to; identity without named arguments. */
  readonly placement: readonly number[]
  /** Number of actual arguments swallowed by a variadic parameter; 0 = not expanded. */
  readonly variadicCount: number
  /** Parameters to fill from their defaults. */
  readonly defaulted: readonly number[]
}

export function functionCandidates(
  context: BindContext,
  name: FunctionName,
  shape: CallShape,
): readonly FunctionCandidate[] {
  const procs = context.catalog.functionsNamed(name.schema, name.name, context.searchPath)
  const found: FunctionCandidate[] = []
  for (const proc of procs) {
    const candidate = fitCall(proc, shape)
    if (candidate !== undefined) found.push(candidate)
  }
  return found.length > 1 ? dropShadowed(context, found) : found
}

function fitCall(proc: ProcInfo, shape: CallShape): FunctionCandidate | undefined {
  if (shape.names.length > 0) return fitNamedCall(proc, shape)
  const parameters = proc.argumentTypes.length
  const expand = proc.variadic !== NO_OID && !shape.variadicArray && shape.count >= parameters
  if (expand) return expandVariadic(proc, shape.count)
  if (shape.variadicArray && proc.variadic === NO_OID) return undefined
  if (shape.count === parameters) {
    return {
      proc,
      args: proc.argumentTypes,
      placement: identity(shape.count),
      variadicCount: 0,
      defaulted: [],
    }
  }
  const missing = parameters - shape.count
  if (missing < 0 || missing > proc.defaults.length) return undefined
  return {
    proc,
    args: proc.argumentTypes,
    placement: identity(shape.count),
    variadicCount: 0,
    defaulted: range(shape.count, parameters),
  }
}

function expandVariadic(proc: ProcInfo, count: number): FunctionCandidate {
  const fixed = proc.argumentTypes.slice(0, -1)
  const args = [...fixed]
  while (args.length < count) args.push(proc.variadic)
  return {
    proc,
    args,
    placement: identity(count),
    variadicCount: count - fixed.length,
    defaulted: [],
  }
}

/** f(1, b => 2): positional ones first, each name at its parameter, the rest from defaults. */
function fitNamedCall(proc: ProcInfo, shape: CallShape): FunctionCandidate | undefined {
  if (proc.variadic !== NO_OID && !shape.variadicArray) return undefined
  const parameters = proc.argumentTypes.length
  if (shape.count > parameters) return undefined
  const inputNames = inputArgumentNames(proc)
  const positional = shape.count - shape.names.length
  const placement = identity(positional)
  for (const name of shape.names) {
    const at = inputNames.indexOf(name)
    if (at < 0 || placement.includes(at)) return undefined
    placement.push(at)
  }
  const defaulted = range(0, parameters).filter((i) => !placement.includes(i))
  if (defaulted.some((i) => i < parameters - proc.defaults.length)) return undefined
  const args = placement.map((i) => proc.argumentTypes[i] ?? NO_OID)
  return { proc, args, placement, variadicCount: 0, defaulted }
}

/** Names of the input parameters; OUT ones are not part of a call. */
function inputArgumentNames(proc: ProcInfo): readonly string[] {
  const modes = proc.argumentModes
  if (modes === undefined) return proc.argumentNames
  return proc.argumentNames.filter((_, i) => modes[i] !== 'o' && modes[i] !== 't')
}

function identity(count: number): number[] {
  return range(0, count)
}

function range(from: number, to: number): number[] {
  const list: number[] = []
  for (let i = from; i < to; i++) list.push(i)
  return list
}

/** Of candidates with equal arguments the earliest schema counts; in one schema the one without variadic expansion or with fewer defaults. */
function dropShadowed(
  context: BindContext,
  candidates: readonly FunctionCandidate[],
): readonly FunctionCandidate[] {
  const kept: FunctionCandidate[] = []
  for (const candidate of candidates) {
    const rival = kept.findIndex((other) => sameArguments(other, candidate))
    const other = kept[rival]
    if (other === undefined) kept.push(candidate)
    else if (beats(context, candidate, other)) kept[rival] = candidate
  }
  return kept
}

function sameArguments(a: FunctionCandidate, b: FunctionCandidate): boolean {
  const count = a.placement.length
  if (count !== b.placement.length) return false
  return a.args.slice(0, count).every((type: Oid, i: number) => b.args[i] === type)
}

function beats(context: BindContext, a: FunctionCandidate, b: FunctionCandidate): boolean {
  const rankA = schemaRank(context.searchPath, a.proc.schema)
  const rankB = schemaRank(context.searchPath, b.proc.schema)
  if (rankA !== rankB) return rankA < rankB
  if (a.variadicCount > 0 !== b.variadicCount > 0) return a.variadicCount === 0
  return a.defaulted.length < b.defaulted.length
}

/** pg_catalog comes first unless the path names it. */
export function schemaRank(searchPath: readonly string[], schema: string): number {
  const at = searchPath.indexOf(schema)
  if (at >= 0) return at
  return schema === 'pg_catalog' ? -1 : searchPath.length
}

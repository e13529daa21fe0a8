/** Reading parts of json values, which are text: -> ->> #> #>>, each, keys, elements, typeof, strip_nulls. */
import { SqlError } from '../../../errors/sql-error.ts'
import {
  parseJsonTree,
  sliceOf,
  textOfTree,
  type JsonMember,
  type JsonTree,
} from '../../types/json/json-tree.ts'
import { quoteJson } from '../../types/json/jsonb-value.ts'
import type { PgArray } from '../../types/value-classes.ts'
import type { FunctionRegistry, Value } from '../registry.ts'

type Found = JsonTree | undefined

export function jsonError(message: string): SqlError {
  return new SqlError('22023', message)
}

/** The last member of that name, as PostgreSQL takes it. */
function memberOf(tree: Found, key: string): Found {
  if (tree?.kind !== 'object') return undefined
  return tree.members.findLast((member) => member.key === key)?.value
}

function itemOf(tree: Found, index: number): Found {
  if (tree?.kind !== 'array') return undefined
  return tree.items[index < 0 ? index + tree.items.length : index]
}

/** A path step as array subscript; undefined when it is no int4. */
export function subscriptOf(step: string): number | undefined {
  const isInteger = /^\s*[+-]?\d+\s*$/.test(step) && Math.abs(Number(step)) <= 2147483648
  return isInteger ? Number(step) : undefined
}

function followPath(tree: JsonTree, path: PgArray): Found {
  let found: Found = tree
  for (const step of path.elements) {
    if (step === null || found === undefined) return undefined
    const text = step as string // a text[]
    if (found.kind === 'array') {
      const index = subscriptOf(text)
      found = index === undefined ? undefined : itemOf(found, index)
    } else found = memberOf(found, text)
  }
  return found
}

const asJson = (text: string, tree: Found): Value =>
  tree === undefined ? null : sliceOf(text, tree)
const asText = (text: string, tree: Found): Value =>
  tree === undefined ? null : textOfTree(text, tree)

export function registerJsonAccess(registry: FunctionRegistry): void {
  for (const [suffix, result] of [
    ['', asJson],
    ['_text', asText],
  ] as const) {
    registry.scalar(`json_object_field${suffix}`, (_context, json: string, key: string) =>
      result(json, memberOf(parseJsonTree(json), key)),
    )
    registry.scalar(`json_array_element${suffix}`, (_context, json: string, index: number) =>
      result(json, itemOf(parseJsonTree(json), index)),
    )
    registry.scalar(`json_extract_path${suffix}`, (_context, json: string, path: PgArray) =>
      result(json, followPath(parseJsonTree(json), path)),
    )
    registry.set(`json_each${suffix}`, (_context, json: string) =>
      membersOf(json).map(({ key, value }) => [key, result(json, value)]),
    )
    registry.set(`json_array_elements${suffix}`, (_context, json: string) =>
      itemsOf(json, `json_array_elements${suffix}`).map((item) => result(json, item)),
    )
  }
  registry.scalar('json_array_length', (_context, json: string) => {
    const tree = parseJsonTree(json)
    if (tree.kind === 'array') return tree.items.length
    throw jsonError(
      `cannot get array length of a ${tree.kind === 'object' ? 'non-array' : 'scalar'}`,
    )
  })
  registry.set('json_object_keys', (_context, json: string) => {
    const tree = parseJsonTree(json)
    if (tree.kind === 'object') return tree.members.map(({ key }) => key)
    const what = tree.kind === 'array' ? 'an array' : 'a scalar'
    throw jsonError(`cannot call json_object_keys on ${what}`)
  })
  registry.scalar('json_typeof', (_context, json: string) => {
    const { kind } = parseJsonTree(json)
    return kind === 'true' || kind === 'false' ? 'boolean' : kind
  })
  registry.scalar('json_strip_nulls', (_context, json: string) =>
    stripNulls(json, parseJsonTree(json)),
  )
}

function membersOf(json: string): readonly JsonMember[] {
  const tree = parseJsonTree(json)
  if (tree.kind === 'object') return tree.members
  throw jsonError(
    tree.kind === 'array'
      ? 'cannot deconstruct an array as an object'
      : 'cannot deconstruct a scalar',
  )
}

function itemsOf(json: string, functionName: string): readonly JsonTree[] {
  const tree = parseJsonTree(json)
  if (tree.kind === 'array') return tree.items
  const what = tree.kind === 'object' ? 'a non-array' : 'a scalar'
  throw jsonError(`cannot call ${functionName} on ${what}`)
}

function stripNulls(json: string, tree: JsonTree): string {
  if (tree.kind === 'object') {
    const members = tree.members
      .filter(({ value }) => value.kind !== 'null')
      .map(({ key, value }) => `${quoteJson(key)}:${stripNulls(json, value)}`)
    return `{${members.join(',')}}`
  }
  if (tree.kind === 'array') {
    return `[${tree.items.map((item) => stripNulls(json, item)).join(',')}]`
  }
  return tree.kind === 'string' ? quoteJson(tree.value) : sliceOf(json, tree)
}

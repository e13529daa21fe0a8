/** json_agg, jsonb_agg, json_object_agg, jsonb_object_agg and their strict and unique forms. */
import { SqlError } from '../../../errors/sql-error.ts'
import { datumAt, type Datum, type Vector } from '../../../storage/vector.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { makeObject, quoteJson } from '../../types/json/jsonb-value.ts'
import {
  jsonbConverter,
  jsonCategory,
  jsonKey,
  jsonPrinter,
} from '../../types/json/value-to-json.ts'
import { Jsonb, type JsonbNode } from '../../types/value-classes.ts'
import type { Accumulator, CallContext, FunctionRegistry, Value } from '../registry.ts'

/** Keeps a list of things per group; `Item` is a printed value, a node or a member. */
class ListAccumulator<Item> implements Accumulator {
  readonly #groups: (Item[] | undefined)[] = []
  readonly #make: (args: readonly Value[]) => Item | undefined
  readonly #finish: (items: readonly Item[]) => Datum
  #asText: boolean
  #count = 0

  constructor(
    make: (args: readonly Value[]) => Item | undefined,
    finish: (items: readonly Item[]) => Datum,
    asText: boolean,
  ) {
    this.#make = make
    this.#finish = finish
    this.#asText = asText
  }

  grow(count: number): void {
    while (this.#groups.length < count) this.#groups.push(undefined)
  }

  add(groups: Int32Array, args: readonly Vector[], n: number): void {
    for (let i = 0; i < n; i++) {
      const group = groups[i] ?? -1
      if (group < 0) continue
      // a group that has seen only skipped values is empty, not null
      const items = (this.#groups[group] ??= [])
      const item = this.#make(args.map((vector) => datumAt(vector, i)))
      if (item === undefined) continue
      items.push(item)
      this.#count++
    }
  }

  finish(count: number): Vector {
    const values: (Datum | null)[] = []
    for (let group = 0; group < count; group++) {
      const items = this.#groups[group]
      values.push(items === undefined ? null : this.#finish(items))
    }
    // json is text, so every finished value is a string then
    return this.#asText
      ? { kind: 'text', values: values as (string | null)[] }
      : { kind: 'datum', values }
  }

  sizeBytes(): number {
    return this.#count * 100
  }
}

function typeOf(context: CallContext, index: number): Oid {
  return context.argumentTypes[index] ?? (0 as Oid)
}

export function registerJsonAggregates(registry: FunctionRegistry): void {
  for (const isStrict of [false, true]) {
    const suffix = isStrict ? '_strict' : ''
    registry.aggregate(`json_agg${suffix}(anyelement)`, (context) => jsonList(context, isStrict))
    registry.aggregate(`jsonb_agg${suffix}(anyelement)`, (context) => jsonbList(context, isStrict))
    for (const isUnique of [false, true]) {
      const name = `object_agg${isUnique ? '_unique' : ''}${suffix}(any,any)`
      const options = { isStrict, isUnique }
      registry.aggregate(`json_${name}`, (context) => jsonMembers(context, options))
      registry.aggregate(`jsonb_${name}`, (context) => jsonbMembers(context, options))
    }
  }
}

function jsonList(context: CallContext, isStrict: boolean): Accumulator {
  const type = typeOf(context, 0)
  const print = jsonPrinter(context, type)
  const category = jsonCategory(context.catalog.type(type))
  const isNested = category === 'array' || category === 'composite'
  return new ListAccumulator<string>(
    ([value = null]) => {
      if (value === null) return isStrict ? undefined : 'null'
      return isNested ? `\n ${print(value)}` : print(value)
    },
    // nested values stand on lines of their own, except the first
    (items) => `[${items.map((item, i) => (i === 0 ? item.trimStart() : item)).join(', ')}]`,
    true,
  )
}

function jsonbList(context: CallContext, isStrict: boolean): Accumulator {
  const convert = jsonbConverter(context, typeOf(context, 0))
  return new ListAccumulator<JsonbNode>(
    ([value = null]) => {
      if (value === null) return isStrict ? undefined : null
      return convert(value)
    },
    (items) => new Jsonb(items),
    false,
  )
}

interface MemberOptions {
  /** Skip members whose value is null. */
  readonly isStrict: boolean
  readonly isUnique: boolean
}

function duplicateKey(key: string): SqlError {
  return new SqlError('22030', `duplicate JSON object key value: ${quoteJson(key)}`)
}

function keyOf(context: CallContext, key: Value, message: string): string {
  if (key === null) throw new SqlError('22023', message)
  return jsonKey(context, key, typeOf(context, 0))
}

function jsonMembers(context: CallContext, { isStrict, isUnique }: MemberOptions): Accumulator {
  const print = jsonPrinter(context, typeOf(context, 1))
  return new ListAccumulator<readonly [string, string]>(
    ([key = null, value = null]) => {
      if (key === null) throw new SqlError('22004', 'null value not allowed for object key')
      if (value === null && isStrict) return undefined
      return [keyOf(context, key, ''), value === null ? 'null' : print(value)]
    },
    (members) => {
      if (isUnique) requireUnique(members)
      return `{ ${members.map(([key, value]) => `${quoteJson(key)} : ${value}`).join(', ')} }`
    },
    true,
  )
}

function requireUnique(members: readonly (readonly [string, unknown])[]): void {
  const seen = new Set<string>()
  for (const [key] of members) {
    if (seen.has(key)) throw duplicateKey(key)
    seen.add(key)
  }
}

function jsonbMembers(context: CallContext, { isStrict, isUnique }: MemberOptions): Accumulator {
  const convert = jsonbConverter(context, typeOf(context, 1))
  return new ListAccumulator<readonly [string, JsonbNode]>(
    ([key = null, value = null]) => {
      const name = keyOf(context, key, 'field name must not be null')
      if (value === null && isStrict) return undefined
      return [name, value === null ? null : convert(value)]
    },
    (members) => {
      if (isUnique && new Set(members.map(([key]) => key)).size < members.length) {
        throw new SqlError('22030', 'duplicate JSON object key value')
      }
      return new Jsonb(makeObject(members))
    },
    false,
  )
}

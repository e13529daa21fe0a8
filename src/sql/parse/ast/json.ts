/** The SQL/JSON constructors, predicates and query functions, and JSON_TABLE, as written. */
import type { Expression } from './expression.ts'
import type { Located, TypeName } from './common.ts'
import type { Alias, Query, SortItem, WindowDefinition } from './select.ts'

/** FORMAT JSON [ENCODING UTF8] */
export interface JsonFormat extends Located {
  readonly type: 'default' | 'json' | 'jsonb'
  readonly encoding: 'default' | 'utf8' | 'utf16' | 'utf32'
}
/** value [FORMAT JSON] */
export interface JsonValueInput {
  readonly expression: Expression
  readonly format: JsonFormat
}
export interface JsonKeyValue {
  readonly key: Expression
  readonly value: JsonValueInput
}
/** RETURNING type [FORMAT JSON] */
export interface JsonReturning {
  readonly type: TypeName
  readonly format: JsonFormat
}

/** JSON_OBJECT(k: v, … [NULL | ABSENT ON NULL] [WITH UNIQUE] [RETURNING …]) */
export interface JsonObject extends Located {
  readonly kind: 'jsonObject'
  readonly entries: readonly JsonKeyValue[]
  readonly absentOnNull: boolean
  readonly uniqueKeys: boolean
  readonly returning?: JsonReturning | undefined
}
/** JSON_ARRAY(a, …) */
export interface JsonArray extends Located {
  readonly kind: 'jsonArray'
  readonly elements: readonly JsonValueInput[]
  readonly absentOnNull: boolean
  readonly returning?: JsonReturning | undefined
}
/** JSON_ARRAY(SELECT …) */
export interface JsonArrayQuery extends Located {
  readonly kind: 'jsonArrayQuery'
  readonly query: Query
  readonly format: JsonFormat
  readonly absentOnNull: boolean
  readonly returning?: JsonReturning | undefined
}
interface JsonAggregate extends Located {
  readonly absentOnNull: boolean
  readonly returning?: JsonReturning | undefined
  readonly orderBy: readonly SortItem[]
  readonly filter?: Expression | undefined
  readonly over?: WindowDefinition | undefined
}
/** JSON_OBJECTAGG(k: v …) */
export interface JsonObjectAggregate extends JsonAggregate {
  readonly kind: 'jsonObjectAggregate'
  readonly entry: JsonKeyValue
  readonly uniqueKeys: boolean
}
/** JSON_ARRAYAGG(a ORDER BY …) */
export interface JsonArrayAggregate extends JsonAggregate {
  readonly kind: 'jsonArrayAggregate'
  readonly value: JsonValueInput
}
/** JSON(text [WITH UNIQUE]) */
export interface JsonParse extends Located {
  readonly kind: 'jsonParse'
  readonly value: JsonValueInput
  readonly uniqueKeys: boolean
  readonly returning?: JsonReturning | undefined
}
/** JSON_SCALAR(a) */
export interface JsonScalar extends Located {
  readonly kind: 'jsonScalar'
  readonly operand: Expression
  readonly returning?: JsonReturning | undefined
}
/** JSON_SERIALIZE(a RETURNING text) */
export interface JsonSerialize extends Located {
  readonly kind: 'jsonSerialize'
  readonly value: JsonValueInput
  readonly returning?: JsonReturning | undefined
}
/** a IS JSON [VALUE | OBJECT | ARRAY | SCALAR] [WITH UNIQUE]; IS NOT JSON is a Not around it. */
export interface IsJson extends Located {
  readonly kind: 'isJson'
  readonly operand: Expression
  readonly format: JsonFormat
  readonly type: 'any' | 'object' | 'array' | 'scalar'
  readonly uniqueKeys: boolean
}
/** ON EMPTY, ON ERROR */
export interface JsonBehavior extends Located {
  readonly type:
    | 'null'
    | 'error'
    | 'empty'
    | 'true'
    | 'false'
    | 'unknown'
    | 'emptyArray'
    | 'emptyObject'
    | 'default'
  /** DEFAULT expression */
  readonly expression?: Expression | undefined
}
export type JsonWrapper = 'unspecified' | 'none' | 'conditional' | 'unconditional'
export type JsonQuotes = 'unspecified' | 'keep' | 'omit'
export interface JsonPassing {
  readonly name: string
  readonly value: JsonValueInput
}
/** JSON_EXISTS / JSON_VALUE / JSON_QUERY (context, path [PASSING …] …) */
export interface JsonFunction extends Located {
  readonly kind: 'jsonFunction'
  readonly function: 'exists' | 'value' | 'query'
  readonly context: JsonValueInput
  readonly path: Expression
  readonly passing: readonly JsonPassing[]
  readonly returning?: JsonReturning | undefined
  readonly wrapper: JsonWrapper
  readonly quotes: JsonQuotes
  readonly onEmpty?: JsonBehavior | undefined
  readonly onError?: JsonBehavior | undefined
}

export type JsonExpression =
  | JsonObject
  | JsonArray
  | JsonArrayQuery
  | JsonObjectAggregate
  | JsonArrayAggregate
  | JsonParse
  | JsonScalar
  | JsonSerialize
  | IsJson
  | JsonFunction

export interface JsonPathSpec extends Located {
  readonly path: Expression
  readonly name?: string | undefined
}
/** FROM JSON_TABLE(context, path COLUMNS (…)) */
export interface JsonTable extends Located {
  readonly kind: 'jsonTable'
  readonly lateral: boolean
  readonly context: JsonValueInput
  readonly path: JsonPathSpec
  readonly passing: readonly JsonPassing[]
  readonly columns: readonly JsonTableColumn[]
  readonly onError?: JsonBehavior | undefined
  readonly alias?: Alias | undefined
}
export type JsonTableColumn = Located &
  (
    | { readonly kind: 'ordinality'; readonly name: string }
    | {
        readonly kind: 'regular' | 'exists' | 'formatted'
        readonly name: string
        readonly type: TypeName
        readonly path?: JsonPathSpec | undefined
        readonly format: JsonFormat
        readonly wrapper: JsonWrapper
        readonly quotes: JsonQuotes
        readonly onEmpty?: JsonBehavior | undefined
        readonly onError?: JsonBehavior | undefined
      }
    | {
        readonly kind: 'nested'
        readonly path: JsonPathSpec
        readonly columns: readonly JsonTableColumn[]
      }
  )

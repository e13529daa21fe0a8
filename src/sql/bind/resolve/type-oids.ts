/** OIDs of the built-in types that the resolution rules name: fixed in every PostgreSQL. */
import type { Oid } from '../../catalog/catalog.ts'

/** The one place where a bare number becomes an Oid. */
export function oid(value: number): Oid {
  return value as Oid
}

export const NO_OID = oid(0)

export const TYPE = {
  bool: oid(16),
  bytea: oid(17),
  char: oid(18),
  name: oid(19),
  int8: oid(20),
  int2: oid(21),
  int2vector: oid(22),
  int4: oid(23),
  regproc: oid(24),
  text: oid(25),
  oid: oid(26),
  tid: oid(27),
  xid: oid(28),
  cid: oid(29),
  oidvector: oid(30),
  json: oid(114),
  jsonb: oid(3802),
  float4: oid(700),
  float8: oid(701),
  unknown: oid(705),
  bpchar: oid(1042),
  varchar: oid(1043),
  date: oid(1082),
  time: oid(1083),
  timestamp: oid(1114),
  timestamptz: oid(1184),
  interval: oid(1186),
  timetz: oid(1266),
  bit: oid(1560),
  varbit: oid(1562),
  numeric: oid(1700),
  regclass: oid(2205),
  record: oid(2249),
  cstring: oid(2275),
  any: oid(2276),
  anyarray: oid(2277),
  void: oid(2278),
  trigger: oid(2279),
  anyelement: oid(2283),
  recordArray: oid(2287),
  anynonarray: oid(2776),
  anyenum: oid(3500),
  anyrange: oid(3831),
  anymultirange: oid(4537),
  anycompatible: oid(5077),
  anycompatiblearray: oid(5078),
  anycompatiblenonarray: oid(5079),
  anycompatiblerange: oid(5080),
  anycompatiblemultirange: oid(4538),
  jsonpath: oid(4072),
} as const

export const DEFAULT_COLLATION = oid(100)

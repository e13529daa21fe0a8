/** Aggregate calls tried against PostgreSQL: signature, argument types, rows of texts (null = SQL null). */
export interface AggregateSample {
  readonly signature: string
  /** Direct arguments first for ordered-set aggregates. */
  readonly types: readonly string[]
  readonly direct?: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

const ROWS: Readonly<Record<string, readonly (readonly (string | null)[])[]>> = {
  bool: [[], [null], ['t', null, 'f'], ['t', 't'], ['f']],
  int2: [[], [null], ['1', null, '-3', '32767', '32767'], ['5']],
  int4: [[], [null], ['1', null, '-3', '2147483647', '2147483647'], ['7'], ['1', '2', '2']],
  int8: [
    [],
    [null],
    ['1', null, '9223372036854775807', '9223372036854775807'],
    ['-5', '9007199254740991', '9007199254740991'],
    ['3', '4'],
  ],
  float4: [
    [],
    ['1.1', null, '2.2', '3.3'],
    ['NaN', '1'],
    ['Infinity', '-Infinity'],
    ['3.4e38', '3.4e38'],
  ],
  float8: [
    [],
    ['1.1', null, '2.2', '3.3'],
    ['NaN', '1'],
    ['Infinity', '1'],
    ['Infinity', '-Infinity'],
    ['1e308', '1e308'],
    ['-0'],
    ['4'],
    ['100000001', '100000002', '100000003'],
  ],
  numeric: [
    [],
    [null],
    ['1.10', null, '2.2', '3.333'],
    ['NaN', '1'],
    ['Infinity', '1'],
    ['Infinity', '-Infinity'],
    ['1e30', '0.001'],
    ['9007199254740991', '9007199254740991.5'],
    ['4'],
    ['0.00', '0'],
    ['2', '2', '2'],
  ],
  money: [[], ['$1.10', '-$3.33', null]],
  interval: [
    [],
    ['1 day', '2 hours', null],
    ['1 mon', '1 day', '1 hour'],
    ['7 days'],
    ['1 year 2 mons 3 days 04:05:06.7', '5 days'],
  ],
  text: [[], ['b', null, 'a', 'Z'], ['']],
  bpchar: [[], ['b', null, 'a  ']],
  date: [['2020-01-01', null, '1999-12-31'], []],
  timestamp: [['2020-01-01 01:02:03', '1999-12-31', 'infinity'], []],
  timestamptz: [['2020-01-01 01:02:03', '1999-12-31']],
  time: [['01:02:03', '23:00']],
  timetz: [['01:02:03+02', '01:02:03+01']],
  oid: [['1', '4294967295'], []],
  bit: [[], ['1100', '1010', null], ['1111']],
  _int4: [
    ['{1,2}', '{1,3}', null],
    ['{}', '{1}'],
  ],
}

const BY_TYPE: readonly (readonly [names: string, types: string])[] = [
  ['sum avg', 'int2 int4 int8 float4 float8 numeric interval'],
  ['sum', 'money'],
  ['min max', 'int2 int4 int8 float4 float8 numeric money interval text bpchar date timestamp timestamptz time timetz oid'],
  ['variance var_pop var_samp stddev stddev_pop stddev_samp', 'int2 int4 int8 float4 float8 numeric'],
  ['bool_and bool_or every', 'bool'],
  ['bit_and bit_or bit_xor', 'int2 int4 int8 bit'],
] // prettier-ignore

const PAIRS: readonly (readonly (readonly (string | null)[])[])[] = [
  [],
  [['1', '2']],
  [['1', '2'], ['3', '5'], [null, '1'], ['4.5', null], ['7', '11']],
  [['1', '1'], ['1', '2']],
  [['1', '1'], ['2', '1']],
  [['NaN', '1'], ['2', '1']],
  [['Infinity', '1'], ['2', '3']],
] // prettier-ignore
const REGRESSION =
  'covar_pop covar_samp corr regr_count regr_avgx regr_avgy regr_sxx regr_syy regr_sxy regr_slope regr_intercept regr_r2'

const column = (values: readonly (string | null)[]): (string | null)[][] =>
  values.map((value) => [value])

function* samples(): Generator<AggregateSample> {
  for (const [names, types] of BY_TYPE) {
    for (const name of names.split(' ')) {
      for (const type of types.split(' ')) {
        for (const values of ROWS[type])
          yield { signature: `${name}(${type})`, types: [type], rows: column(values) }
      }
    }
  }
  for (const name of REGRESSION.split(' ')) {
    for (const rows of PAIRS) {
      yield { signature: `${name}(float8,float8)`, types: ['float8', 'float8'], rows }
    }
  }
  for (const type of ['int4', 'text', 'numeric']) {
    for (const values of ROWS[type]) {
      yield { signature: 'count(any)', types: [type], rows: column(values) }
      yield { signature: 'array_agg(anynonarray)', types: [type], rows: column(values) }
      yield { signature: 'any_value(anyelement)', types: [type], rows: column(values) }
      yield { signature: 'mode(anyelement)', types: [type], direct: [], rows: column(values) }
      for (const fraction of ['0', '0.5', '0.75', '1', '2']) {
        // Without rows nobody tells the aggregate its fraction.
        if (fraction === '2' && values.length === 0) continue
        yield {
          signature: 'percentile_disc(float8,anyelement)',
          types: ['float8', type],
          direct: [fraction],
          rows: column(values),
        }
      }
    }
  }
  for (const values of [['{1,2}', '{3,4}'], ['{1}', '{1,2}'], ['{}'], [null], []]) {
    yield { signature: 'array_agg(anyarray)', types: ['_int4'], rows: column(values) }
  }
  for (const type of ['float8', 'interval']) {
    for (const values of ROWS[type]) {
      for (const fraction of ['0', '0.5', '0.3', '1', '-0.1']) {
        if (fraction === '-0.1' && values.length === 0) continue
        yield {
          signature: `percentile_cont(float8,${type})`,
          types: ['float8', type],
          direct: [fraction],
          rows: column(values),
        }
      }
      yield {
        signature: `percentile_cont(_float8,${type})`,
        types: ['_float8', type],
        direct: ['{0.25,0.5,NULL}'],
        rows: column(values),
      }
    }
  }
  const strings = [
    ['a', ','],
    [null, '-'],
    ['b', '+'],
    ['c', null],
  ]
  yield { signature: 'string_agg(text,text)', types: ['text', 'text'], rows: strings }
  yield { signature: 'string_agg(text,text)', types: ['text', 'text'], rows: [] }
  yield { signature: 'string_agg(bytea,bytea)', types: ['bytea', 'bytea'], rows: strings }
}

export const AGGREGATE_SAMPLES: readonly AggregateSample[] = [...samples()]

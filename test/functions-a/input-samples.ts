/** Texts read as values of a type (with a typmod where the type has one) and printed again. */
export interface InputSample {
  readonly type: string
  /** As written in SQL, when it has a modifier. */
  readonly sql?: string
  readonly typmod?: number
  readonly texts: readonly string[]
}

const INTEGERS = ['0', ' 12 ', '-7', '+5', '', ' ', 'x', '1.5', '1e3', '32767', '32768', '-32768', '-32769', '2147483647', '2147483648', '-2147483649', '9223372036854775807', '9223372036854775808', '-9223372036854775808', '0x1F', '0o17', '0b101', '1_000', '1__0', '_1', '0x', '0x_1', '1_', '- 1', '--1', '99999999999999999999999', '007', '1 2'] // prettier-ignore
const FLOATS = ['0', '-0', '1.5', ' 2 ', '.5', '5.', '1e10', '1E-10', '1e400', '1e-400', '-1e400', 'NaN', 'nan', 'Infinity', '-inf', '+Infinity', 'infinit', '', ' ', 'x', '1 2', '1e', '0x1p3', '123456789.123456789', '1e15', '1e16', '123456', '1234567', '0.0001', '0.00001', '1e22', '3.4e39', '1e-46', '100000', '999999.5', '1.17549435e-38', '4.35', '-1.7976931348623157e308', '1_000'] // prettier-ignore
const NUMERICS = ['0', '0.00', '-0', '1.50', ' 7 ', '.5', '5.', '.', '', ' ', 'x', '1e10', '1.5e-3', '1e', 'NaN', '-NaN', 'inf', '-Infinity', '+inf', '1_000.5_0', '1._5', '0x1F', '0b11', '1e1000', '123.456', '99999.999', '999.995', '1e131073', '-12.345', '1 2', '+3', '--3'] // prettier-ignore

export const INPUT_SAMPLES: readonly InputSample[] = [
  { type: 'int2', texts: INTEGERS },
  { type: 'int4', texts: INTEGERS },
  { type: 'int8', texts: INTEGERS },
  {
    type: 'oid',
    texts: ['0', '4294967295', '4294967296', '-1', 'x', '', ' 5 ', '1 2', '99999999999999999999'],
  },
  { type: 'float4', texts: FLOATS },
  { type: 'float8', texts: FLOATS },
  { type: 'numeric', texts: NUMERICS },
  { type: 'numeric', sql: 'numeric(5,2)', typmod: ((5 << 16) | 2) + 4, texts: NUMERICS },
  {
    type: 'numeric',
    sql: 'numeric(3,-2)',
    typmod: ((3 << 16) | (2046 & 2047)) + 4,
    texts: ['12345', '149', '150', '99949', '99950', '0', 'NaN'],
  },
  {
    type: 'numeric',
    sql: 'numeric(2,4)',
    typmod: ((2 << 16) | 4) + 4,
    texts: ['0.0012', '0.01', '0.00994', '0.00995', '1'],
  },
  {
    type: 'bool',
    texts: [
      't',
      'true',
      'TRUE',
      ' tr ',
      'f',
      'fal',
      'y',
      'yes',
      'n',
      'no',
      'on',
      'of',
      'o',
      'off',
      '1',
      '0',
      '2',
      '',
      'tru e',
      'yess',
      '10',
    ],
  },
  { type: 'text', texts: ['', 'abc', ' x '] },
  {
    type: 'varchar',
    sql: 'varchar(3)',
    typmod: 7,
    texts: ['', 'abc', 'abcd', 'abc  ', 'žlu', 'žluť', '🐎🐎🐎'],
  },
  {
    type: 'bpchar',
    sql: 'char(3)',
    typmod: 7,
    texts: ['', 'abc', 'abcd', 'abc  ', 'ž', '🐎🐎🐎🐎'],
  },
  { type: 'name', texts: ['abc', 'x'.repeat(70), 'ž'.repeat(40)] },
  { type: 'char', texts: ['', 'a', 'ab', '\\101', '\\377', '\\9'] },
  {
    type: 'bytea',
    texts: [
      '',
      'abc',
      '\\x',
      '\\x616',
      '\\x6g',
      '\\x61 62',
      'a\\\\b',
      'a\\001',
      '\\9',
      '\\x6',
      'é',
      '\\',
    ],
  },
  {
    type: 'uuid',
    texts: [
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      'A0EEBC999C0B4EF8BB6D6BB9BD380A11',
      '{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}',
      'a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11',
      'a0e-ebc99',
      '',
      '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g',
      ' a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
    ],
  },
  {
    type: 'bit',
    sql: 'bit(4)',
    typmod: 4,
    texts: ['1010', 'b1010', 'xA', '101', '10101', '12', 'xg', ''],
  },
  { type: 'varbit', sql: 'varbit(4)', typmod: 4, texts: ['1010', '', 'xA', '10101', '2', 'X1F'] },
  {
    type: 'money',
    texts: [
      '1',
      '$1.005',
      '-1.5',
      '($5.50)',
      '$1,234,567.891',
      '',
      'x',
      '1.2.3',
      '-$5',
      '$-5',
      '92233720368547758.07',
      '92233720368547758.08',
      ' 7 ',
      '.5',
      '1.',
      '123,45',
      '+3',
      '1-',
    ],
  },
  { type: 'pg_lsn', texts: ['0/0', '16/B374D848', 'G/0', '/', '1/123456789', ''] },
  { type: 'tid', texts: ['(1,2)', '( 3 , 4 )', '(1)', '', '(4294967296,1)', '(1,65536)'] },
  { type: 'xid', texts: ['5', 'x', '', '0x10', '010', '4294967296'] },
  { type: 'xid8', texts: ['5', 'x', ''] },
]

/** Turns result batches into rows of PostgreSQL's text format, or of binary values, a column at a time. */
import { assert, unsupported } from '../../../errors/sql-error.ts'
import type { Batch, Datum, Vector } from '../../../storage/vector.ts'
import { datumAt } from '../../../storage/vector.ts'
import type { OutputColumn } from '../../plan/plan-node.ts'
import type { TypeIoContext, TypeOutput } from '../../types/type-io.ts'
import { findBinaryFormat } from '../../types/wire/binary-formats.ts'
import type { QueryEnvironment } from '../statement/plan/planned-query.ts'
import type { ResultRow, ValueFormat } from './statement-result.ts'

/** A column's first `n` values as they are sent. */
type ColumnWriter = (vector: Vector, n: number) => ResultRow

/** Types whose text form is the stored string itself. */
const VERBATIM: ReadonlySet<string> = new Set([
  'textout',
  'varcharout',
  'bpcharout',
  'nameout',
  'json_out',
  'uuid_out',
  'unknownout',
  'cstring_out',
])
const INTEGERS: ReadonlySet<string> = new Set(['int2out', 'int4out', 'int8out', 'oidout'])

export class ResultWriter {
  readonly #writers: readonly ColumnWriter[]

  /** Columns without a format are text. */
  constructor(
    columns: readonly Pick<OutputColumn, 'type' | 'typmod'>[],
    environment: QueryEnvironment,
    formats: readonly ValueFormat[] = [],
  ) {
    this.#writers = columns.map((column, index) =>
      formats[index] === 'binary'
        ? binaryWriter(column, environment)
        : columnWriter(column, environment),
    )
  }

  rows(batch: Batch): readonly ResultRow[] {
    const width = this.#writers.length
    const columns = this.#writers.map((write, index) => write(batch.columns[index]!, batch.length))
    const rows: ResultRow[] = []
    for (let row = 0; row < batch.length; row++) {
      const values = new Array<ResultRow[number]>(width)
      for (let index = 0; index < width; index++) values[index] = columns[index]![row]!
      rows.push(values)
    }
    return rows
  }
}

function columnWriter(
  column: Pick<OutputColumn, 'type' | 'typmod'>,
  { database, catalog, session }: QueryEnvironment,
): ColumnWriter {
  const type = catalog.type(column.type)
  if (VERBATIM.has(type.output)) return writeVerbatim
  if (INTEGERS.has(type.output)) return writeIntegers
  if (type.output === 'boolout') return writeBooleans
  const output = database.typeIo.findOutput(type.output)
  if (output === undefined) throw unsupported(`output of type ${type.name}`)
  const context = { session, catalog, io: database.typeIo, type, typmod: column.typmod }
  return (vector, n) => writeWith(output, context, vector, n)
}

function binaryWriter(
  column: Pick<OutputColumn, 'type' | 'typmod'>,
  { database, catalog, session }: QueryEnvironment,
): ColumnWriter {
  const type = catalog.type(column.type)
  const context = { session, catalog, io: database.typeIo, type, typmod: column.typmod }
  const { send } = findBinaryFormat(context)
  return (vector, n) => {
    const values: (Uint8Array | null)[] = []
    for (let row = 0; row < n; row++) {
      const value = datumAt(vector, row)
      values.push(value === null ? null : send(value, context))
    }
    return values
  }
}

function writeVerbatim(vector: Vector, n: number): readonly (string | null)[] {
  assert(vector.kind === 'text', `text expected, not ${vector.kind}`)
  return vector.values.length === n ? vector.values : vector.values.slice(0, n)
}

function writeIntegers(vector: Vector, n: number): readonly (string | null)[] {
  const texts: (string | null)[] = []
  for (let row = 0; row < n; row++) {
    const value = datumAt(vector, row)
    texts.push(value === null ? null : String(value))
  }
  return texts
}

function writeBooleans(vector: Vector, n: number): readonly (string | null)[] {
  const texts: (string | null)[] = []
  for (let row = 0; row < n; row++) {
    const value = datumAt(vector, row)
    texts.push(value === null ? null : value === true ? 't' : 'f')
  }
  return texts
}

function writeWith(
  output: TypeOutput,
  context: TypeIoContext,
  vector: Vector,
  n: number,
): readonly (string | null)[] {
  const texts: (string | null)[] = []
  for (let row = 0; row < n; row++) {
    const value: Datum | null = datumAt(vector, row)
    texts.push(value === null ? null : output(value, context))
  }
  return texts
}

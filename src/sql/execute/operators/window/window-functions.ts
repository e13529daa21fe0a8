/** The window functions proper: ranks of rows within their partition, and values of other rows. */
import { SqlError } from '../../../../errors/sql-error.ts'
import { type Datum, datumAt, type Vector } from '../../../../storage/vector.ts'
import type { Frames } from './frame.ts'
import type { Partition } from './partition.ts'

type Values = (Datum | null)[]

/** Fills `out[row]` for the rows of one partition. */
export type WindowFunction = (
  partition: Partition,
  args: readonly Vector[],
  frames: Frames,
  out: Values,
) => void

const INVALID_ARGUMENT_FOR_NTILE = '22014'
const INVALID_ARGUMENT_FOR_NTH_VALUE = '22016'

export const WINDOW_FUNCTIONS: Readonly<Record<string, WindowFunction>> = {
  row_number: perRow((row, { start }) => row - start + 1),
  rank: perRow((row, partition) => partition.peersStart(row) - partition.start + 1),
  dense_rank: perRow((row, partition) => partition.groupOf(row) + 1),
  percent_rank: perRow((row, partition) => {
    const rows = partition.end - partition.start
    return rows <= 1 ? 0 : (partition.peersStart(row) - partition.start) / (rows - 1)
  }),
  cume_dist: perRow(
    (row, partition) =>
      (partition.peersEnd(row) - partition.start) / (partition.end - partition.start),
  ),
  ntile,
  lag: (partition, args, _frames, out) => shifted(partition, args, -1, out),
  lead: (partition, args, _frames, out) => shifted(partition, args, 1, out),
  first_value: (partition, args, frames, out) => {
    for (let row = partition.start; row < partition.end; row++) {
      const [first] = frames.segments(row, partition)
      out[row] = first === undefined ? null : datumAt(args[0], first.start)
    }
  },
  last_value: (partition, args, frames, out) => {
    for (let row = partition.start; row < partition.end; row++) {
      const last = frames.segments(row, partition).at(-1)
      out[row] = last === undefined ? null : datumAt(args[0], last.end - 1)
    }
  },
  nth_value: nthValue,
}

function perRow(value: (row: number, partition: Partition) => number): WindowFunction {
  return (partition, _args, _frames, out) => {
    for (let row = partition.start; row < partition.end; row++) out[row] = value(row, partition)
  }
}

/** As even as can be; the first buckets take the rest. */
function ntile(partition: Partition, args: readonly Vector[], _frames: Frames, out: Values): void {
  const buckets = datumAt(args[0], partition.start)
  if (buckets !== null && Number(buckets) <= 0) {
    throw new SqlError(INVALID_ARGUMENT_FOR_NTILE, 'argument of ntile must be greater than zero')
  }
  const rows = partition.end - partition.start
  const count = Number(buckets)
  const size = Math.floor(rows / count)
  const larger = rows - size * count
  const boundary = larger * (size + 1)
  for (let i = 0; i < rows; i++) {
    const bucket =
      i < boundary ? Math.floor(i / (size + 1)) : larger + Math.floor((i - boundary) / size)
    out[partition.start + i] = buckets === null ? null : bucket + 1
  }
}

/** lag and lead: (value, offset = 1, default = null). */
function shifted(
  partition: Partition,
  args: readonly Vector[],
  direction: 1 | -1,
  out: Values,
): void {
  for (let row = partition.start; row < partition.end; row++) {
    const distance = args.length > 1 ? datumAt(args[1], row) : 1
    if (distance === null) {
      out[row] = null
      continue
    }
    const source = row + direction * Number(distance)
    const isInside = source >= partition.start && source < partition.end
    if (isInside) out[row] = datumAt(args[0], source)
    else out[row] = args.length > 2 ? datumAt(args[2], row) : null
  }
}

function nthValue(
  partition: Partition,
  args: readonly Vector[],
  frames: Frames,
  out: Values,
): void {
  for (let row = partition.start; row < partition.end; row++) {
    const nth = datumAt(args[1], row)
    if (nth !== null && Number(nth) <= 0) {
      throw new SqlError(
        INVALID_ARGUMENT_FOR_NTH_VALUE,
        'argument of nth_value must be greater than zero',
      )
    }
    let left = Number(nth) - 1
    out[row] = null
    if (nth === null) continue
    for (const { start, end } of frames.segments(row, partition)) {
      if (left < end - start) {
        out[row] = datumAt(args[0], start + left)
        break
      }
      left -= end - start
    }
  }
}

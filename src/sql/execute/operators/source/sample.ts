/** TABLESAMPLE: BERNOULLI picks rows, SYSTEM picks whole batches. With REPEATABLE the choice depends on seed and row id alone. */
import { SqlError } from '../../../../errors/sql-error.ts'
import { type Batch, datumAt } from '../../../../storage/vector.ts'
import type { ScanNode } from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { gatherBatch } from '../../vectors/gather.ts'
import { compileFree, type Preparation } from '../operator.ts'

const INVALID_TABLESAMPLE_ARGUMENT = '2202H'
const INVALID_TABLESAMPLE_REPEAT = '2202G'

/** Takes a batch whose last column is the row ids. */
export type Sampler = (batch: Batch) => Batch | undefined

export function compileSampler(
  sample: NonNullable<ScanNode['sample']>,
  preparation: Preparation,
): (context: ExecutionContext) => Sampler {
  const percent = compileFree(sample.percent, preparation)
  const seed = sample.seed && compileFree(sample.seed, preparation)
  return (context) => {
    const share = shareOf(percent(context))
    const salt = seed === undefined ? context.session.random() : seedOf(seed(context))
    return sample.method === 'system'
      ? (batch) => (chance(salt, rowIdAt(batch, 0)) < share ? batch : undefined)
      : (batch) => pickRows(batch, salt, share)
  }
}

function shareOf(percent: unknown): number {
  if (percent === null) {
    throw new SqlError(INVALID_TABLESAMPLE_ARGUMENT, 'TABLESAMPLE parameter cannot be null')
  }
  const value = Number(percent)
  if (!(value >= 0 && value <= 100)) {
    throw new SqlError(INVALID_TABLESAMPLE_ARGUMENT, 'sample percentage must be between 0 and 100')
  }
  return value / 100
}

function seedOf(seed: unknown): number {
  if (seed === null) {
    throw new SqlError(
      INVALID_TABLESAMPLE_REPEAT,
      'TABLESAMPLE REPEATABLE parameter cannot be null',
    )
  }
  return Number(seed)
}

function rowIdAt(batch: Batch, row: number): number {
  return Number(datumAt(batch.columns[batch.columns.length - 1], row))
}

/** [0,1) from seed and row id. */
function chance(salt: number, rowId: number): number {
  let mixed = Math.imul(rowId | 0, 0x9e3779b1) ^ Math.imul((salt * 0x1_0000_0000) | 0, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0xc2b2ae35)
  mixed = Math.imul(mixed ^ (mixed >>> 13) ^ Math.imul(Math.floor(salt), 31), 0x27d4eb2f)
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 0x1_0000_0000
}

function pickRows(batch: Batch, salt: number, share: number): Batch | undefined {
  const rows = new Int32Array(batch.length)
  let count = 0
  for (let i = 0; i < batch.length; i++) {
    if (chance(salt, rowIdAt(batch, i)) < share) rows[count++] = i
  }
  return count === 0 ? undefined : gatherBatch(batch, rows, count)
}

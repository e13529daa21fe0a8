/** nextval() and friends, and random numbers from the session's generator. */
import { SqlError } from '../../../errors/sql-error.ts'
import { compareNumeric, makeNumeric, rescale } from '../../types/number/numeric.ts'
import { subtractNumeric } from '../../types/number/numeric-arithmetic.ts'
import type { Numeric } from '../../types/value-classes.ts'
import { normalizeInt64 } from '../../../storage/vector.ts'
import type { CallContext, FunctionRegistry } from '../registry.ts'

type Int8 = number | bigint

export function registerSequencesAndRandom(registry: FunctionRegistry): void {
  registry.scalar('nextval_oid', ({ session }, oid: number) => session.sequences.nextValue(oid))
  registry.scalar('currval_oid', ({ session }, oid: number) => session.sequences.currentValue(oid))
  registry.scalar('lastval', ({ session }) => session.sequences.lastValue())
  registry.scalar('setval_oid', ({ session }, oid: number, value: Int8) => {
    session.sequences.setValue(oid, value, true)
    return value
  })
  registry.scalar('setval3_oid', ({ session }, oid: number, value: Int8, isCalled: boolean) => {
    session.sequences.setValue(oid, value, isCalled)
    return value
  })
  registry.scalar('setseed', ({ session }, seed: number) => {
    if (!(seed >= -1 && seed <= 1)) {
      throw new SqlError('22023', `setseed parameter ${seed} is out of allowed range [-1,1]`)
    }
    session.setSeed(seed)
    return ''
  })
  registry.scalar('drandom', ({ session }) => session.random())
  registry.scalar('drandom_normal', ({ session }, mean: number, deviation: number) => {
    const radius = Math.sqrt(-2 * Math.log(1 - session.random()))
    return mean + deviation * radius * Math.cos(2 * Math.PI * session.random())
  })
  const integer = (context: CallContext, low: Int8, high: Int8): Int8 =>
    normalizeInt64(randomBelow(context, BigInt(low), BigInt(high)))
  registry.scalar('int4random', integer)
  registry.scalar('int8random', integer)
  registry.scalar('numeric_random', randomNumeric)
}

function lowAboveHigh(): SqlError {
  return new SqlError('22023', 'lower bound must be less than or equal to upper bound')
}

/** Uniform in low … high, both included; enough random bits that the remainder does not show. */
function randomBelow({ session }: CallContext, low: bigint, high: bigint): bigint {
  if (low > high) throw lowAboveHigh()
  const span = high - low + 1n
  const words = span.toString(2).length / 32 + 2
  let bits = 0n
  for (let i = 0; i < words; i++) {
    bits = (bits << 32n) | BigInt(Math.floor(session.random() * 4294967296))
  }
  return low + (bits % span)
}

function randomNumeric(context: CallContext, low: Numeric, high: Numeric): Numeric {
  if (low.special !== undefined || high.special !== undefined) {
    const isNaN = low.special === 'NaN' || high.special === 'NaN'
    const which = low.special === undefined ? 'upper' : 'lower'
    throw new SqlError('22023', `${which} bound cannot be ${isNaN ? 'NaN' : 'infinity'}`)
  }
  if (compareNumeric(low, high) > 0) throw lowAboveHigh()
  const scale = Math.max(low.scale, high.scale)
  const width = rescale(subtractNumeric(high, low), scale)
  const start = BigInt(rescale(low, scale).unscaled)
  return makeNumeric(start + randomBelow(context, 0n, BigInt(width.unscaled)), scale)
}

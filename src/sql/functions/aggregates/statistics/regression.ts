/** The two-argument statistics: covar_…, corr and the regr_… family, over rows where both values are present. */
import type { Vector } from '../../../../storage/vector.ts'
import { vectorOf } from '../../../../storage/vector.ts'
import { floatOverflow } from '../../../types/number/float.ts'
import type { Accumulator, FunctionRegistry } from '../../registry.ts'

/** Count, sums and sums of squared distances of one group, updated as Youngs and Cramer do. */
class Moments {
  n = 0
  sumX = 0
  sumY = 0
  squaresX = 0
  squaresY = 0
  products = 0

  add(y: number, x: number): void {
    const before = this.n
    const finiteBefore = Number.isFinite(this.sumX) && Number.isFinite(this.sumY)
    this.n++
    this.sumX += x
    this.sumY += y
    if (before === 0) {
      if (!Number.isFinite(x)) this.squaresX = this.products = NaN
      if (!Number.isFinite(y)) this.squaresY = this.products = NaN
      return
    }
    const distanceX = x * this.n - this.sumX
    const distanceY = y * this.n - this.sumY
    const scale = 1 / (this.n * before)
    this.squaresX += distanceX * distanceX * scale
    this.squaresY += distanceY * distanceY * scale
    this.products += distanceX * distanceY * scale
    const overflowed = [this.sumX, this.sumY, this.squaresX, this.squaresY, this.products].some(
      (value) => value === Infinity || value === -Infinity,
    )
    if (!overflowed) return
    if (finiteBefore && Number.isFinite(x) && Number.isFinite(y)) throw floatOverflow()
    if (!Number.isFinite(this.sumX)) this.squaresX = NaN
    if (!Number.isFinite(this.sumY)) this.squaresY = NaN
    this.products = NaN
  }
}

type Result = (moments: Moments) => number | null

const RESULTS: Readonly<Record<string, Result>> = {
  regr_sxx: (m) => (m.n < 1 ? null : m.squaresX),
  regr_syy: (m) => (m.n < 1 ? null : m.squaresY),
  regr_sxy: (m) => (m.n < 1 ? null : m.products),
  regr_avgx: (m) => (m.n < 1 ? null : m.sumX / m.n),
  regr_avgy: (m) => (m.n < 1 ? null : m.sumY / m.n),
  covar_pop: (m) => (m.n < 1 ? null : m.products / m.n),
  covar_samp: (m) => (m.n < 2 ? null : m.products / (m.n - 1)),
  corr: (m) =>
    m.n < 1 || m.squaresX === 0 || m.squaresY === 0
      ? null
      : m.products / Math.sqrt(m.squaresX * m.squaresY),
  regr_r2: (m) => {
    if (m.n < 1 || m.squaresX === 0) return null
    return m.squaresY === 0 ? 1 : (m.products * m.products) / (m.squaresX * m.squaresY)
  },
  regr_slope: (m) => (m.n < 1 || m.squaresX === 0 ? null : m.products / m.squaresX),
  regr_intercept: (m) =>
    m.n < 1 || m.squaresX === 0 ? null : (m.sumY - (m.sumX * m.products) / m.squaresX) / m.n,
}

class RegressionAccumulator implements Accumulator {
  readonly #groups: Moments[] = []
  readonly #kind: 'float64' | 'int64'
  readonly #result: Result

  constructor(kind: 'float64' | 'int64', result: Result) {
    this.#kind = kind
    this.#result = result
  }

  grow(count: number): void {
    while (this.#groups.length < count) this.#groups.push(new Moments())
  }

  add(groups: Int32Array, args: readonly Vector[], n: number): void {
    const [ys, xs] = args
    if (ys.kind !== 'float64' || xs.kind !== 'float64') return
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      if (g < 0 || ys.nulls?.[i] === 1 || xs.nulls?.[i] === 1) continue
      this.#groups[g].add(ys.values[i], xs.values[i])
    }
  }

  finish(count: number): Vector {
    return vectorOf(this.#kind, this.#groups.slice(0, count).map(this.#result))
  }
}

export function registerRegression(registry: FunctionRegistry): void {
  for (const [name, result] of Object.entries(RESULTS)) {
    registry.aggregate(`${name}(float8,float8)`, () => new RegressionAccumulator('float64', result))
  }
  registry.aggregate(
    'regr_count(float8,float8)',
    () => new RegressionAccumulator('int64', (m) => m.n),
  )
}

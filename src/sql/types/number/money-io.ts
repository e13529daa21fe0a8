/** Text input and output of money. */
import type { TypeIoRegistry } from '../type-io.ts'
import type { Int8 } from './integer.ts'
import { formatMoney, parseMoney } from './money.ts'

export function registerMoneyIo(registry: TypeIoRegistry): void {
  registry.input('cash_in', parseMoney)
  registry.output('cash_out', (value) => formatMoney(value as Int8))
}

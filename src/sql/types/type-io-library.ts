/** Text I/O of every type Lakelet knows, in one registry. A part that adds types adds its line here. */
import { registerCatalogTextIo, registerRegTypeIo } from '../catalog/functions/reg-types.ts'
import { registerRangeIo } from './range/range-text.ts'
import { registerRecordIo } from './record/record-text.ts'
import { registerJsonIo } from './json/json-io.ts'
import { registerArrayIo } from './array/array-io.ts'
import { registerAddressIo } from './address-io.ts'
import { registerBinaryIo } from './binary/binary-io.ts'
import { registerEnumIo } from './enum-io.ts'
import { registerInetIo } from './network/inet.ts'
import { registerMacAddressIo } from './network/mac-address.ts'
import { registerMoneyIo } from './number/money-io.ts'
import { registerDateTimeIo } from './datetime/datetime-io.ts'
import { registerNumberIo } from './number/number-io.ts'
import { registerTextIo } from './text/text-io.ts'
import { TypeIo } from './type-io.ts'

export function createTypeIo(): TypeIo {
  const io = new TypeIo()
  registerNumberIo(io)
  registerTextIo(io)
  registerBinaryIo(io)
  registerEnumIo(io)
  registerMoneyIo(io)
  registerAddressIo(io)
  registerInetIo(io)
  registerMacAddressIo(io)
  registerDateTimeIo(io)
  registerArrayIo(io)
  registerJsonIo(io)
  registerRecordIo(io)
  registerRangeIo(io)
  registerRegTypeIo(io)
  registerCatalogTextIo(io)
  return io
}

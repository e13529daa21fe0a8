/** Text I/O of every type Lakelet knows, in one registry. A part that adds types adds its line here. */
import { registerArrayIo } from './array/array-io.ts'
import { registerDateTimeIo } from './datetime/datetime-io.ts'
import { registerNumberIo } from './number/number-io.ts'
import { registerTextIo } from './text/text-io.ts'
import { TypeIo } from './type-io.ts'

export function createTypeIo(): TypeIo {
  const io = new TypeIo()
  registerNumberIo(io)
  registerTextIo(io)
  registerDateTimeIo(io)
  registerArrayIo(io)
  return io
}

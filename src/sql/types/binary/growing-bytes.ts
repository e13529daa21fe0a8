/** A buffer that grows as it is written to, big-endian as in PostgreSQL's binary formats. */

const INITIAL_BYTES = 1024

export class GrowingBytes {
  protected data: Uint8Array<ArrayBuffer> = new Uint8Array(INITIAL_BYTES)
  protected view = new DataView(this.data.buffer)
  /** How much of it is written. */
  protected used = 0

  int8(value: number): void {
    this.reserve(1)
    this.view.setUint8(this.used, value)
    this.used += 1
  }

  int16(value: number): void {
    this.reserve(2)
    this.view.setInt16(this.used, value)
    this.used += 2
  }

  int32(value: number): void {
    this.reserve(4)
    this.view.setInt32(this.used, value)
    this.used += 4
  }

  bytes(value: Uint8Array): void {
    this.reserve(value.length)
    this.data.set(value, this.used)
    this.used += value.length
  }

  /** Room for so many bytes more. */
  protected reserve(more: number): void {
    const needed = this.used + more
    if (needed <= this.data.length) return
    const grown = new Uint8Array(Math.max(needed, this.data.length * 2))
    grown.set(this.data.subarray(0, this.used))
    this.replace(grown)
  }

  /** Gives a large buffer back; only when nothing is in it. */
  protected shrink(): void {
    this.replace(new Uint8Array(INITIAL_BYTES))
  }

  private replace(data: Uint8Array<ArrayBuffer>): void {
    this.data = data
    this.view = new DataView(data.buffer)
  }
}

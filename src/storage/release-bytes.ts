/**
 * Gives the memory of a buffer back at once. V8 lets dead array buffers pile up, tens of megabytes of them, before it
 * collects: it counts their bytes but little else makes it look. An isolate has 128 MB, so whoever knows that a buffer
 * of some size was used for the last time says so here.
 *
 * The caller must be its only holder: every view of the buffer, anywhere, is empty afterwards.
 */

/** Smaller ones are not worth the call. */
const SMALLEST_BYTES = 2048

/** Does nothing when `bytes` is only a part of its buffer: others may hold the rest. */
export function releaseBytes(bytes: ArrayBufferView): void {
  const { buffer, byteLength } = bytes
  if (byteLength < SMALLEST_BYTES || byteLength !== buffer.byteLength) return
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}

/** How much work something is, in milliseconds of this thread: the same however busy the machine is. */
export function processorTime(): () => number {
  const before = process.threadCpuUsage()
  return () => process.threadCpuUsage(before).user / 1000
}

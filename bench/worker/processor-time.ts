/** Processor time that workerd has used: unlike elapsed time it says little of what else the machine is doing. Linux only. */
import { readFileSync, readdirSync } from 'node:fs'

/** Process ids of the workerd that this process has started. */
function workerdProcesses(): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    const stat = readOr(`/proc/${pid}/stat`)
    return stat.includes('(workerd)') && stat.split(') ')[1]?.split(' ')[1] === String(process.pid)
  })
}

/** Milliseconds so far; 0 where the system does not tell. */
export function workerdProcessorMs(): number {
  let nanoseconds = 0
  try {
    for (const pid of workerdProcesses()) {
      for (const task of readdirSync(`/proc/${pid}/task`)) {
        nanoseconds += Number(readOr(`/proc/${pid}/task/${task}/schedstat`).split(' ')[0])
      }
    }
  } catch {
    return 0
  }
  return nanoseconds / 1e6
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

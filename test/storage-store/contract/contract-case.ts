import { hexOf } from '../../../src/storage/platform/random.ts'

/** A contract test that needs no test framework: it must also run inside workerd. */
export interface ContractCase<Subject> {
  readonly name: string
  run(subject: Subject): Promise<void>
}

export function bytesOf(...values: number[]): Uint8Array {
  return Uint8Array.from(values)
}

export function equal(actual: unknown, expected: unknown): void {
  const [left, right] = [show(actual), show(expected)]
  if (left !== right) throw new Error(`expected ${right}, got ${left}`)
}

export function throws(work: () => unknown): void {
  try {
    work()
  } catch {
    return
  }
  throw new Error('expected an error')
}

function show(value: unknown): string {
  if (value === undefined) return 'undefined'
  const bytesAsHex = (_: string, inner: unknown) =>
    inner instanceof Uint8Array ? `bytes ${hexOf(inner)}` : inner
  return JSON.stringify(value, bytesAsHex)
}

/** Runs all cases; returns the failures as text, for a runner that only sees strings. */
export async function runCases<Subject>(
  cases: readonly ContractCase<Subject>[],
  subjectFor: (index: number) => Subject,
): Promise<string[]> {
  const failures: string[] = []
  for (const [index, testCase] of cases.entries()) {
    try {
      await testCase.run(subjectFor(index))
    } catch (error) {
      failures.push(`${testCase.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return failures
}

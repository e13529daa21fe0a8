/** Half of all runs have their pages at hand; in the others they are forgotten now and then, so that statements wait in their middle. */
import type { Branch } from '../../../src/durable/branch.ts'
import type { SeededRandom } from '../../../src/storage/platform/memory/seeded-random.ts'
import type { StoragePlatform } from '../../../src/storage/platform/storage-platform.ts'
import { forgetPages } from '../forget-pages.ts'

const MOST_OFTEN = 0.2

export function forgetNowAndThen(
  branch: Branch,
  platform: StoragePlatform,
  random: SeededRandom,
): () => Promise<void> {
  if (random.next() < 0.5) return () => Promise.resolve()
  const share = random.next() * MOST_OFTEN
  return async () => {
    if (random.next() < share) await forgetPages(branch, platform)
  }
}

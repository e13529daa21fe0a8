/** Bugs planted into a branch's store, each of which the histories must show. */
import type { Branch } from '../../../src/durable/branch.ts'
import type { SeededRandom } from '../../../src/storage/platform/memory/seeded-random.ts'
import type { StoreTransaction } from '../../../src/storage/store/store-transaction.ts'
import type { BranchRoots } from '../../../src/storage/tree/tree-root.ts'
import type { Level } from './check-history.ts'

export interface PlantedBug {
  readonly name: string
  readonly level: Level
  plant(branch: Branch, random: SeededRandom): void
}

/** How often a bug that happens by chance does. */
const RATE = 0.2

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'a rollback that commits',
    level: 'read committed',
    plant({ store }) {
      store.rollback = (transaction) => {
        if (transaction.hasWrites) for (const _ of store.commit(transaction));
      }
    },
  },
  {
    name: 'a rollback to a savepoint that takes nothing back',
    level: 'read committed',
    plant(branch) {
      eachTransaction(branch, (transaction) => {
        transaction.rollbackTo = () => undefined
      })
    },
  },
  {
    name: 'reads of what is not committed',
    level: 'read committed',
    plant(branch, random) {
      const begun: StoreTransaction[] = []
      eachTransaction(branch, (transaction) => {
        begun.push(transaction)
        const fetch = transaction.fetch.bind(transaction)
        transaction.fetch = (tree, rowIds, columns) => {
          const writers = begun.filter(({ hasWrites }) => hasWrites)
          const writer = writers[random.below(Math.max(1, writers.length))]
          if (writer === undefined || random.next() > RATE) return fetch(tree, rowIds, columns)
          return writer.frozen().fetch(tree, rowIds, columns)
        }
      })
    },
  },
  {
    name: 'a snapshot of a while ago',
    level: 'repeatable read',
    plant({ store }, random) {
      const begin = store.begin.bind(store)
      let old: BranchRoots = store.roots
      store.begin = (options) => {
        const isStale = random.next() < RATE
        if (random.next() < RATE) old = store.roots
        if (!isStale) return begin(options)
        Object.defineProperty(store, 'roots', { value: old, configurable: true })
        const transaction = begin(options)
        Reflect.deleteProperty(store, 'roots')
        Object.defineProperty(transaction, 'isCurrent', { value: true })
        return transaction
      }
    },
  },
  {
    name: 'dependencies that nobody looks at',
    level: 'serializable',
    plant({ store: { serializable } }) {
      serializable.certify = (reads, writes) => ({ reads, writes, firstOut: Infinity })
    },
  },
  {
    name: 'reads of what is not there that are not noted',
    level: 'serializable',
    plant({ store: { serializable } }) {
      const begin = serializable.begin.bind(serializable)
      serializable.begin = (isReadOnly) => {
        const reads = begin(isReadOnly)
        if (reads === undefined) return undefined
        reads.noteKey = () => undefined
        reads.noteRange = () => undefined
        reads.noteScan = () => undefined
        return reads
      }
    },
  },
  {
    name: 'readers that count as done when they have committed',
    level: 'serializable',
    plant({ store: { serializable } }) {
      const { committed } = serializable
      serializable.committed = (certificate) => {
        const [reads] = [certificate.reads]
        reads.isTouchedBy = () => false
        committed.call(serializable, certificate)
      }
    },
  },
]

function eachTransaction({ store }: Branch, change: (transaction: StoreTransaction) => void): void {
  const begin = store.begin.bind(store)
  store.begin = (options) => {
    const transaction = begin(options)
    change(transaction)
    return transaction
  }
}

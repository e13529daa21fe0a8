import '../../src/sql/parse/libpg-query/load-in-node.ts'
import { openMemoryBranch } from '../../test/engine/memory-branch.ts'
import { CountingSink } from '../counting-sink.ts'
import type { Peer } from './peer.ts'

export async function openLakelet(): Promise<Peer> {
  const branch = await openMemoryBranch()
  const session = branch.newSession({ user: 'lakelet' })
  const execute = async (text: string, parameters: readonly (string | null)[]): Promise<number> => {
    const sink = new CountingSink()
    await branch.run(session.execute(text, parameters, sink))
    if (branch.store.needsCheckpoint) await branch.store.checkpoint()
    return sink.count
  }
  return {
    name: 'lakelet',
    run: async (text) => {
      await execute(text, [])
    },
    prepare:
      async (text) =>
      (...parameters) =>
        execute(text, parameters.map(String)),
    close: () => branch.store.close(),
  }
}

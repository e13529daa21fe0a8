/** One engine under the benchmark: the same SQL for all, each through the fastest way its own API has for repeated statements. */

export interface Peer {
  readonly name: string
  /** A statement without a result worth reading. */
  run(text: string): Promise<void>
  /** A prepared statement: called many times with parameters; resolves with the number of rows. */
  prepare(
    text: string,
  ): Promise<(...parameters: readonly (number | string)[]) => Promise<number> | number>
  close(): Promise<void>
}

/** What a message with one or several statements is answered with. */
export interface RecordedAnswer {
  readonly results?: readonly {
    /** The command tag's first word and its number of rows. */
    readonly command: string
    readonly columns: readonly string[]
    readonly rows: readonly (readonly (string | null)[])[]
  }[]
  readonly error?: {
    readonly code: string
    readonly message: string
    readonly detail?: string | undefined
    readonly hint?: string | undefined
    readonly position?: string | undefined
  }
}

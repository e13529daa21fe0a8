/** The messages of a script: one a line; `--` starts a comment. */
export function messagesOf(script: string): readonly string[] {
  return script
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('--'))
}

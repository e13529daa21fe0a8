/**
 * Groups a script's statements into queries: a round trip for each would be slow. Statements of one query outside of a block are
 * one transaction, so that those which refuse to run in one go alone, and so do those which begin and end blocks. COPY … FROM STDIN
 * goes alone with its data.
 */
import type { ScriptPart } from '../sql/parse/split-statements.ts'

export interface ScriptStatement {
  readonly text: string
  /** 1-based line in the script. */
  readonly line: number
}

export interface ScriptBatch {
  readonly statements: readonly ScriptStatement[]
  readonly copyData?: string | undefined
}

const MAX_STATEMENTS = 200
const MAX_CHARACTERS = 256 * 1024

const RUNS_ALONE =
  /^(?:(?:create|drop|alter)\s+database|vacuum|create\s+(?:unique\s+)?index\s+concurrently|begin|start\s+transaction|commit|end|rollback|abort|prepare\s+transaction)\b/i

export function scriptBatches(parts: readonly ScriptPart[]): readonly ScriptBatch[] {
  const batches: ScriptBatch[] = []
  let statements: ScriptStatement[] = []
  let characters = 0
  const flush = (): void => {
    if (statements.length > 0) batches.push({ statements })
    statements = []
    characters = 0
  }
  for (const part of parts) {
    if (part.kind !== 'statement') continue
    const { line, copyData } = part
    const text = withoutLeadingComments(part.text)
    if (text === '' || text === ';') continue
    if (copyData !== undefined || RUNS_ALONE.test(text)) {
      flush()
      batches.push({ statements: [{ text, line }], copyData })
      continue
    }
    // A statement without a semicolon, before one of psql's commands, would run into the next.
    statements.push({ text: text.endsWith(';') ? text : `${text}\n;`, line })
    characters += text.length
    if (statements.length >= MAX_STATEMENTS || characters >= MAX_CHARACTERS) flush()
  }
  flush()
  return batches
}

function withoutLeadingComments(text: string): string {
  return text.replace(/^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/, '')
}

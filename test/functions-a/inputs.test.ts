import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SqlError } from '../../src/errors/sql-error.ts'
import { INPUT_SAMPLES } from './input-samples.ts'
import type { InputSample } from './input-samples.ts'
import { io, ioContext, typeNamed } from './recorded-calls.ts'

type Answer = string | readonly [code: string, message: string, detail: string | null]

const recorded: readonly Answer[] = JSON.parse(
  readFileSync(new URL('./recorded/inputs.json', import.meta.url), 'utf8'),
)

function answerOf({ type: name, typmod }: InputSample, text: string): Answer {
  const type = typeNamed(name)
  const input = io.findInput(type.input)
  const output = io.findOutput(type.output)
  if (input === undefined || output === undefined) throw new Error(`no input or output of ${name}`)
  try {
    return output(input(text, ioContext(type, typmod)), ioContext(type))
  } catch (error) {
    if (error instanceof SqlError) return [error.code, error.message, error.fields.detail ?? null]
    throw error
  }
}

describe('values are read and printed as PostgreSQL does', () => {
  let next = 0
  for (const sample of INPUT_SAMPLES) {
    const answers = sample.texts.map(() => recorded[next++])
    it(sample.sql ?? sample.type, () => {
      const ours = sample.texts.map((text) => [text, answerOf(sample, text)])
      expect(ours).toEqual(sample.texts.map((text, i) => [text, answers[i]]))
    })
  }
})

/**
 * The language of the scripts: what several sessions do, one step a line.
 *
 *   setup: create table …            before the first scenario: for all of them
 *   === G0: write cycles             a scenario
 *   levels: all                      run it at each isolation level: `begin` becomes `begin isolation level …`
 *   setup: insert into …
 *   1: begin                         session 1; a step ends when its statement has ended or waits for another session
 *   2! update …                      a step that ends with its statement only, for timeouts and deadlocks
 *   cancel 2                         pg_cancel_backend
 *   close 2                          the session disconnects
 *   -- remarks
 */
export interface Step {
  readonly kind: 'statement' | 'wait' | 'cancel' | 'close'
  readonly session: string
  readonly text: string
}

export interface Scenario {
  readonly name: string
  readonly setup: readonly string[]
  readonly steps: readonly Step[]
}

export const LEVELS = ['read committed', 'repeatable read', 'serializable'] as const

interface Draft {
  readonly name: string
  readonly setup: string[]
  readonly steps: Step[]
  isLeveled: boolean
}

export function parseScenarios(text: string): readonly Scenario[] {
  const shared: string[] = []
  const drafts: Draft[] = []
  for (const line of text.split('\n').map((part) => part.trim())) {
    if (line === '' || line.startsWith('--')) continue
    const draft = drafts.at(-1)
    if (line.startsWith('=== ')) {
      drafts.push({ name: line.slice(4), setup: [...shared], steps: [], isLeveled: false })
    } else if (line.startsWith('setup: ')) (draft?.setup ?? shared).push(line.slice(7))
    else if (draft === undefined) throw new Error(`no scenario yet: ${line}`)
    else if (line === 'levels: all') draft.isLeveled = true
    else draft.steps.push(parseStep(line))
  }
  return drafts.flatMap((draft) =>
    draft.isLeveled ? LEVELS.map((level) => at(draft, level)) : draft,
  )
}

function parseStep(line: string): Step {
  const statement = /^(\w+)([:!]) (.*)$/.exec(line)
  if (statement !== null) {
    const [, session = '', sign, text = ''] = statement
    return { kind: sign === '!' ? 'wait' : 'statement', session, text }
  }
  const command = /^(cancel|close) (\w+)$/.exec(line)
  if (command === null) throw new Error(`not a step: ${line}`)
  return {
    kind: command[1] === 'cancel' ? 'cancel' : 'close',
    session: command[2] ?? '',
    text: line,
  }
}

function at({ name, setup, steps }: Draft, level: string): Scenario {
  return {
    name: `${name} [${level}]`,
    setup,
    steps: steps.map((step) =>
      step.text === 'begin' ? { ...step, text: `begin isolation level ${level}` } : step,
    ),
  }
}

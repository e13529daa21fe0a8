/** EXPLAIN: the plan of a statement, with ANALYZE also how many rows each part of it made. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Task } from '../../../storage/task.ts'
import { formatTypeName } from '../../catalog/describe/format-type.ts'
import { prepare } from '../../execute/build-operator.ts'
import type { Option } from '../../parse/ast/common.ts'
import { type ActualRows, explainJson, explainText } from '../../plan/explain/explain-format.ts'
import type { TextContext } from '../../plan/explain/expression-text.ts'
import { explainTree } from '../../plan/explain/explain-tree.ts'
import type { EstimateContext } from '../../plan/estimate.ts'
import type { PlanNode } from '../../plan/plan-node.ts'
import { executionContext } from './plan/planned-query.ts'
import type { QueryEnvironment, ReadyQuery } from './plan/planned-query.ts'

export interface ExplainOptions {
  readonly analyze: boolean
  readonly costs: boolean
  readonly format: 'text' | 'json'
  /** Times beside the plan. */
  readonly summary: boolean
}

/** What they would show we do not measure; switched off they are as good as absent. */
const UNMEASURED: ReadonlySet<string> = new Set([
  'verbose', 'buffers', 'wal', 'settings', 'generic_plan', 'memory', 'timing',
]) // prettier-ignore

export function explainOptions(options: readonly Option[]): ExplainOptions {
  const found = {
    analyze: false,
    costs: true,
    format: 'text' as 'text' | 'json',
    summary: undefined as boolean | undefined,
  }
  for (const option of options) {
    const { name } = option
    if (name === 'format') found.format = formatOf(option)
    else if (name === 'analyze' || name === 'costs' || name === 'summary')
      found[name] = isOn(option)
    else if (UNMEASURED.has(name)) {
      if (isOn(option)) throw unsupported(`EXPLAIN option ${name.toUpperCase()}`, option.position)
    } else if (name === 'serialize') {
      if (wordOf(option) !== 'none') throw unsupported('EXPLAIN option SERIALIZE', option.position)
    } else {
      throw new SqlError(SQLSTATE.SYNTAX_ERROR, `unrecognized EXPLAIN option "${name}"`, {
        position: option.position,
      })
    }
  }
  return { ...found, summary: found.summary ?? found.analyze }
}

function formatOf(option: Option): 'text' | 'json' {
  const word = wordOf(option)
  if (word === 'text' || word === 'json') return word
  if (word === 'xml' || word === 'yaml')
    throw unsupported(`EXPLAIN format ${word.toUpperCase()}`, option.position)
  throw new SqlError(
    SQLSTATE.INVALID_PARAMETER_VALUE,
    `unrecognized value for EXPLAIN option "format": "${word}"`,
    { position: option.position },
  )
}

function isOn(option: Option): boolean {
  switch (wordOf(option)) {
    case undefined:
    case 'true':
    case 'on':
    case '1':
      return true
    case 'false':
    case 'off':
    case '0':
      return false
    default:
      throw new SqlError(SQLSTATE.SYNTAX_ERROR, `${option.name} requires a Boolean value`)
  }
}

function wordOf({ value }: Option): string | undefined {
  switch (value?.kind) {
    case undefined:
      return undefined
    case 'string':
      return value.value.toLowerCase()
    case 'integer':
    case 'boolean':
      return String(value.value)
    case 'type':
      return value.type.name.at(-1)
    default:
      return value?.kind
  }
}

export function* explainQuery(ready: ReadyQuery, options: ExplainOptions): Task<readonly string[]> {
  const { query, environment } = ready
  const started = environment.session.clockTimestamp()
  const actual = options.analyze ? yield* countRows(ready) : undefined
  const elapsedMs = (environment.session.clockTimestamp() - started) / 1000
  const tree = explainTree(query.plan, textContext(environment), estimateContext(environment))
  const format = { showsCosts: options.costs, ...(actual === undefined ? {} : { actual }) }
  const showsTime = options.summary && actual !== undefined
  if (options.format === 'json') {
    return [explainJson(tree, format, showsTime ? { 'Execution Time': elapsedMs } : {})]
  }
  const lines = explainText(tree, format)
  if (showsTime) lines.push(`Execution Time: ${elapsedMs.toFixed(3)} ms`)
  return lines
}

/** Runs the statement to its end, its effects included. */
function* countRows({
  query,
  values,
  environment,
}: ReadyQuery): Task<ReadonlyMap<PlanNode, ActualRows>> {
  const { database, catalog } = environment
  const actual = new Map<PlanNode, ActualRows>()
  const prepared = prepare(
    query.plan,
    { catalog, functions: database.functions, io: database.typeIo },
    actual,
  )
  for (const item of prepared.run(executionContext(environment, values)))
    if (item.kind !== 'batch') yield item
  return actual
}

export function textContext({ database, catalog, session }: QueryEnvironment): TextContext {
  return {
    catalog,
    names: new Map(),
    formatType: (type) => formatTypeName(catalog, type, -1, session.searchPath),
    formatDatum: (value, oid) => {
      const type = catalog.type(oid)
      const output = database.typeIo.findOutput(type.output)
      return output?.(value, { session, catalog, io: database.typeIo, type, typmod: -1 }) ?? '?'
    },
  }
}

export function estimateContext({ access, catalog }: QueryEnvironment): EstimateContext {
  return {
    catalog,
    statistics: (tree) => (access.hasTree(tree) ? access.statistics(tree) : undefined),
  }
}

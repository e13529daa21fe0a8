/** jsonb_path_exists, match, query, query_array, query_first, and the operators @? and @@. */
import { SqlError } from '../../../errors/sql-error.ts'
import { evaluateJsonPath, isSuppressible, type Nodes } from '../../types/jsonpath/evaluate-path.ts'
import type { JsonPath } from '../../types/jsonpath/path-tree.ts'
import { Jsonb } from '../../types/value-classes.ts'
import type { CallContext, FunctionRegistry, Value } from '../registry.ts'

const NO_VARIABLES = new Jsonb(new Map())

/** What was found, or undefined when an error was silenced. */
function find(
  target: Jsonb,
  path: JsonPath,
  variables: Jsonb,
  isSilent: boolean,
): Nodes | undefined {
  try {
    return evaluateJsonPath(path, target.root, variables.root)
  } catch (error) {
    if (isSilent && isSuppressible(error)) return undefined
    throw error
  }
}

type Arguments = [target: Jsonb, path: JsonPath, variables?: Jsonb, isSilent?: boolean]

function found(args: Arguments, alwaysSilent: boolean): Nodes | undefined {
  const [target, path, variables = NO_VARIABLES, isSilent = false] = args
  return find(target, path, variables, alwaysSilent || isSilent)
}

function exists(args: Arguments, alwaysSilent: boolean): Value {
  const nodes = found(args, alwaysSilent)
  return nodes === undefined ? null : nodes.length > 0
}

function match(args: Arguments, alwaysSilent: boolean): Value {
  const nodes = found(args, alwaysSilent)
  if (nodes === undefined) return null
  const [node] = nodes
  if (nodes.length === 1 && (node === null || typeof node === 'boolean')) return node
  if (alwaysSilent || args[3] === true) return null
  throw new SqlError('22038', 'single boolean result is expected')
}

export function registerJsonPathFunctions(registry: FunctionRegistry): void {
  registry.scalar('jsonb_path_exists_opr', (_context: CallContext, ...args: Arguments) =>
    exists(args, true),
  )
  registry.scalar('jsonb_path_match_opr', (_context: CallContext, ...args: Arguments) =>
    match(args, true),
  )
  for (const suffix of ['', '_tz']) {
    registry.scalar(`jsonb_path_exists${suffix}`, (_context: CallContext, ...args: Arguments) =>
      exists(args, false),
    )
    registry.scalar(`jsonb_path_match${suffix}`, (_context: CallContext, ...args: Arguments) =>
      match(args, false),
    )
    registry.set(`jsonb_path_query${suffix}`, (_context: CallContext, ...args: Arguments) =>
      (found(args, false) ?? []).map((node) => new Jsonb(node)),
    )
    registry.scalar(
      `jsonb_path_query_array${suffix}`,
      (_context: CallContext, ...args: Arguments) => {
        return new Jsonb([...(found(args, false) ?? [])])
      },
    )
    registry.scalar(
      `jsonb_path_query_first${suffix}`,
      (_context: CallContext, ...args: Arguments) => {
        const node = found(args, false)?.[0]
        return node === undefined ? null : new Jsonb(node)
      },
    )
  }
}

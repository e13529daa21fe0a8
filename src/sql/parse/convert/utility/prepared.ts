/** EXECUTE. */
import type * as raw from '@pgsql/types'
import type { ExecuteStatement } from '../../ast/utility.ts'
import { convertExpressions } from '../expression/expression.ts'
import type { SourceText } from '../source-text.ts'

export function executeStatement(node: raw.ExecuteStmt, source: SourceText): ExecuteStatement {
  return { kind: 'execute', name: node.name ?? '', args: convertExpressions(node.params, source) }
}

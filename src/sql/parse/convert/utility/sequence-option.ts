/** Options of sequences and identity columns. */
import type * as raw from '@pgsql/types'
import { AssertionError } from '../../../../errors/sql-error.ts'
import type { OwnedColumn, SequenceOption } from '../../ast/common.ts'
import { integerText, qualifiedName, typeName } from '../common.ts'
import { asKind, listItems, onlyKind, stringValues } from '../raw-node.ts'
import type { Node } from '../raw-node.ts'
import type { SourceText } from '../source-text.ts'

export function sequenceOptions(
  nodes: readonly Node[] | undefined,
  source: SourceText,
): SequenceOption[] {
  return (nodes ?? []).map((node) => sequenceOption(onlyKind(node, 'DefElem'), source))
}

function sequenceOption(node: raw.DefElem, source: SourceText): SequenceOption {
  const position = source.position(node.location)
  const value = node.arg === undefined || node.defname === 'owned_by' ? undefined : node.arg
  switch (node.defname) {
    case 'as':
      return { kind: 'as', type: typeName(onlyKind(value, 'TypeName'), source), position }
    case 'start':
    case 'increment':
    case 'cache':
      return { kind: node.defname, value: integerText(value), position }
    case 'restart':
      return { kind: 'restart', value: value && integerText(value), position }
    case 'minvalue':
      return { kind: 'minValue', value: value && integerText(value), position }
    case 'maxvalue':
      return { kind: 'maxValue', value: value && integerText(value), position }
    case 'cycle':
      return { kind: 'cycle', cycle: asKind(value, 'Boolean')?.boolval ?? false, position }
    case 'owned_by':
      return { kind: 'ownedBy', column: ownedColumn(stringValues(listItems(node.arg))), position }
    case 'sequence_name':
      return { kind: 'sequenceName', name: qualifiedName(listItems(value)), position }
    case 'logged':
    case 'unlogged':
      return { kind: 'logged', logged: node.defname === 'logged', position }
    default:
      throw new AssertionError(`unexpected sequence option ${node.defname}`)
  }
}

/** OWNED BY NONE is the single name `none`. */
function ownedColumn(parts: readonly string[]): OwnedColumn | undefined {
  const column = parts.at(-1)
  const table = parts.at(-2)
  if (column === undefined || (parts.length === 1 && column === 'none')) return undefined
  // A single name that is not NONE has no table: commands complain about it with PostgreSQL's message.
  return { table: { schema: parts.at(-3), name: table ?? '' }, column }
}

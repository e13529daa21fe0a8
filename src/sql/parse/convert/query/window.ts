/** Window definitions and their frames, which the raw tree keeps as a bit mask. */
import type * as raw from '@pgsql/types'
import { AssertionError } from '../../../../errors/sql-error.ts'
import type { FrameBound, WindowDefinition, WindowFrame } from '../../ast/select.ts'
import { convertExpression, convertExpressions } from '../expression/expression.ts'
import type { Node } from '../raw-node.ts'
import type { SourceText } from '../source-text.ts'
import { sortItems } from './sort-item.ts'

/**
 * PostgreSQL's FRAMEOPTION_… bits. A bound's bit for the frame's end is twice the one for its
 * start.
 */
const FRAME = {
  NON_DEFAULT: 0x1,
  RANGE: 0x2,
  ROWS: 0x4,
  GROUPS: 0x8,
  BETWEEN: 0x10,
  START_UNBOUNDED_PRECEDING: 0x20,
  START_UNBOUNDED_FOLLOWING: 0x80,
  START_CURRENT_ROW: 0x200,
  START_OFFSET_PRECEDING: 0x800,
  START_OFFSET_FOLLOWING: 0x2000,
  EXCLUDE_CURRENT_ROW: 0x8000,
  EXCLUDE_GROUP: 0x10000,
  EXCLUDE_TIES: 0x20000,
} as const

export function windowDefinition(node: raw.WindowDef, source: SourceText): WindowDefinition {
  return {
    name: node.name,
    reference: node.refname,
    partitionBy: convertExpressions(node.partitionClause, source),
    orderBy: sortItems(node.orderClause, source),
    frame: windowFrame(node, source),
    position: source.position(node.location),
  }
}

function windowFrame(node: raw.WindowDef, source: SourceText): WindowFrame | undefined {
  const bits = node.frameOptions ?? 0
  if ((bits & FRAME.NON_DEFAULT) === 0) return undefined
  return {
    mode: bits & FRAME.ROWS ? 'rows' : bits & FRAME.GROUPS ? 'groups' : 'range',
    start: frameBound(bits, node.startOffset, source),
    end: frameBound(bits >> 1, node.endOffset, source),
    between: (bits & FRAME.BETWEEN) !== 0,
    exclude: frameExclusion(bits),
  }
}

/** `bits` with the start's bits in place. */
function frameBound(bits: number, offset: Node | undefined, source: SourceText): FrameBound {
  if (bits & FRAME.START_UNBOUNDED_PRECEDING) return { kind: 'unboundedPreceding' }
  if (bits & FRAME.START_UNBOUNDED_FOLLOWING) return { kind: 'unboundedFollowing' }
  if (bits & FRAME.START_CURRENT_ROW) return { kind: 'currentRow' }
  if (bits & FRAME.START_OFFSET_PRECEDING) {
    return { kind: 'preceding', offset: convertExpression(offset, source) }
  }
  if (bits & FRAME.START_OFFSET_FOLLOWING) {
    return { kind: 'following', offset: convertExpression(offset, source) }
  }
  throw new AssertionError('a window frame without a bound')
}

function frameExclusion(bits: number): WindowFrame['exclude'] {
  if (bits & FRAME.EXCLUDE_CURRENT_ROW) return 'currentRow'
  if (bits & FRAME.EXCLUDE_GROUP) return 'group'
  if (bits & FRAME.EXCLUDE_TIES) return 'ties'
  return 'none'
}

/** A parsed regular expression as JavaScript source (flag u). */
import type { LookNode, RegexNode, RepeatNode } from './regex-tree.ts'

export function renderRegex(node: RegexNode): string {
  switch (node.kind) {
    case 'set':
    case 'assertion':
      return node.source
    case 'sequence':
      return node.items.map(renderRegex).join('')
    case 'alternatives':
      return node.branches.map(renderRegex).join('|')
    case 'group':
      return `(${node.index === 0 ? '?:' : ''}${renderRegex(node.body)})`
    case 'repeat':
      return renderRegex(node.body) + renderQuantifier(node)
    case 'look':
      return `(${lookHead(node)}${renderRegex(node.body)})`
    case 'reference':
      return `(?:\\${node.index})`
  }
}

function lookHead({ behind, negated }: LookNode): string {
  return `?${behind ? '<' : ''}${negated ? '!' : '='}`
}

function renderQuantifier({ min, max, lazy }: RepeatNode): string {
  return `{${min},${max === Infinity ? '' : max}}${lazy ? '?' : ''}`
}

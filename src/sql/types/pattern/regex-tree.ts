/**
 * A parsed regular expression. Three things are made of it: JavaScript's source, a program for the linear matcher,
 * and the judgement which of the two is safe.
 */

/** One character; `source` is a character, an escape or a class as JavaScript (flag u) writes them. */
export interface SetNode {
  readonly kind: 'set'
  readonly source: string
}
/** Matches nothing but a place; `source` is a JavaScript assertion that looks at two characters at most. */
interface AssertionNode {
  readonly kind: 'assertion'
  readonly source: string
}
interface SequenceNode {
  readonly kind: 'sequence'
  readonly items: readonly RegexNode[]
}
interface AlternativesNode {
  readonly kind: 'alternatives'
  readonly branches: readonly RegexNode[]
}
interface GroupNode {
  readonly kind: 'group'
  /** Number of the capture; 0 = does not capture. */
  readonly index: number
  readonly body: RegexNode
}
export interface RepeatNode {
  readonly kind: 'repeat'
  readonly body: RegexNode
  readonly min: number
  /** Infinity = unbounded. */
  readonly max: number
  readonly lazy: boolean
}
export interface LookNode {
  readonly kind: 'look'
  readonly behind: boolean
  readonly negated: boolean
  readonly body: RegexNode
}
interface ReferenceNode {
  readonly kind: 'reference'
  readonly index: number
}

export type RegexNode =
  | SetNode
  | AssertionNode
  | SequenceNode
  | AlternativesNode
  | GroupNode
  | RepeatNode
  | LookNode
  | ReferenceNode

export function childrenOf(node: RegexNode): readonly RegexNode[] {
  switch (node.kind) {
    case 'sequence':
      return node.items
    case 'alternatives':
      return node.branches
    case 'group':
    case 'repeat':
    case 'look':
      return [node.body]
    default:
      return []
  }
}

export function contains(node: RegexNode, kind: RegexNode['kind']): boolean {
  return node.kind === kind || childrenOf(node).some((child) => contains(child, kind))
}

/** The same expression with every quantifier lazy. */
export function withLazyQuantifiers(node: RegexNode): RegexNode {
  switch (node.kind) {
    case 'sequence':
      return { ...node, items: node.items.map(withLazyQuantifiers) }
    case 'alternatives':
      return { ...node, branches: node.branches.map(withLazyQuantifiers) }
    case 'group':
    case 'look':
      return { ...node, body: withLazyQuantifiers(node.body) }
    case 'repeat':
      return { ...node, lazy: true, body: withLazyQuantifiers(node.body) }
    default:
      return node
  }
}

/** The expression that matches the same texts read backwards; look-around stays as it is. */
export function reversed(node: RegexNode): RegexNode {
  switch (node.kind) {
    case 'sequence':
      return { ...node, items: node.items.map(reversed).reverse() }
    case 'alternatives':
      return { ...node, branches: node.branches.map(reversed) }
    case 'group':
    case 'repeat':
      return { ...node, body: reversed(node.body) }
    default:
      return node
  }
}

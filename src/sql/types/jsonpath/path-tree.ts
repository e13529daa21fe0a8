/** The tree of a jsonpath expression and its text form, as PostgreSQL prints it. */
import { formatNumeric } from '../number/numeric.ts'
import { quoteJson } from '../json/jsonb-value.ts'
import { Numeric } from '../value-classes.ts'

export type Arithmetic = '+' | '-' | '*' | '/' | '%'
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>='

export type PathNode =
  | { readonly kind: 'root' | 'current' | 'last' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: null | boolean | string | Numeric }
  | { readonly kind: 'step'; readonly base: PathNode; readonly step: PathStep }
  | {
      readonly kind: 'arithmetic'
      readonly operator: Arithmetic
      readonly left: PathNode
      readonly right: PathNode
    }
  | { readonly kind: 'sign'; readonly operator: '+' | '-'; readonly operand: PathNode }
  | Predicate

export type Predicate =
  | {
      readonly kind: 'comparison'
      readonly operator: Comparison
      readonly left: PathNode
      readonly right: PathNode
    }
  | { readonly kind: 'and' | 'or'; readonly left: PathNode; readonly right: PathNode }
  | { readonly kind: 'not' | 'isUnknown' | 'exists'; readonly operand: PathNode }
  | { readonly kind: 'startsWith'; readonly left: PathNode; readonly right: PathNode }
  | {
      readonly kind: 'likeRegex'
      readonly left: PathNode
      readonly pattern: string
      readonly flags: string
    }

export type PathStep =
  | { readonly kind: 'member'; readonly key: string }
  | { readonly kind: 'anyMember' | 'anyItem' }
  | { readonly kind: 'descend'; readonly from: number; readonly to: number }
  | {
      readonly kind: 'items'
      readonly subscripts: readonly { readonly from: PathNode; readonly to: PathNode | undefined }[]
    }
  | { readonly kind: 'filter'; readonly predicate: PathNode }
  | { readonly kind: 'method'; readonly name: string; readonly args: readonly PathNode[] }

/** A jsonpath datum. */
export class JsonPath {
  readonly isLax: boolean
  readonly root: PathNode
  constructor(isLax: boolean, root: PathNode) {
    this.isLax = isLax
    this.root = root
  }
}

/** The `to` of `.**{2 to last}`. */
export const ENDLESS = 4294967295

const PREDICATES: ReadonlySet<string> = new Set([
  'comparison',
  'and',
  'or',
  'not',
  'isUnknown',
  'exists',
  'startsWith',
  'likeRegex',
])

export function isPredicate(node: PathNode): node is Predicate {
  return PREDICATES.has(node.kind)
}

function priority(node: PathNode): number {
  switch (node.kind) {
    case 'or':
      return 0
    case 'and':
      return 1
    case 'comparison':
    case 'startsWith':
      return 2
    case 'arithmetic':
      return node.operator === '+' || node.operator === '-' ? 3 : 4
    case 'sign':
      return 5
    default:
      return 6
  }
}

export function printJsonPath({ isLax, root }: JsonPath): string {
  return (isLax ? '' : 'strict ') + print(root, true)
}

function print(node: PathNode, inBrackets: boolean): string {
  const bracket = (text: string): string => (inBrackets ? `(${text})` : text)
  const part = (child: PathNode): string => print(child, priority(child) <= priority(node))
  switch (node.kind) {
    case 'root':
      return '$'
    case 'current':
      return '@'
    case 'last':
      return 'last'
    case 'variable':
      return `$${quoteJson(node.name)}`
    case 'literal':
      return node.value instanceof Numeric
        ? formatNumeric(node.value)
        : typeof node.value === 'string'
          ? quoteJson(node.value)
          : String(node.value)
    case 'step':
      return print(node.base, true) + printStep(node.step)
    case 'arithmetic':
    case 'comparison':
      return bracket(`${part(node.left)} ${node.operator} ${part(node.right)}`)
    case 'and':
    case 'or':
      return bracket(`${part(node.left)} ${node.kind === 'and' ? '&&' : '||'} ${part(node.right)}`)
    case 'sign':
      return bracket(node.operator + part(node.operand))
    case 'not':
      return `!(${print(node.operand, false)})`
    case 'isUnknown':
      return `(${print(node.operand, false)}) is unknown`
    case 'exists':
      return `exists (${print(node.operand, false)})`
    case 'startsWith':
      return bracket(`${part(node.left)} starts with ${part(node.right)}`)
    case 'likeRegex': {
      const flags = node.flags === '' ? '' : ` flag ${quoteJson(node.flags)}`
      return bracket(`${part(node.left)} like_regex ${quoteJson(node.pattern)}${flags}`)
    }
  }
}

function printStep(step: PathStep): string {
  switch (step.kind) {
    case 'member':
      return `.${quoteJson(step.key)}`
    case 'anyMember':
      return '.*'
    case 'anyItem':
      return '[*]'
    case 'descend':
      return `.**${printLevels(step.from, step.to)}`
    case 'items': {
      const subscripts = step.subscripts.map(({ from, to }) =>
        to === undefined ? print(from, false) : `${print(from, false)} to ${print(to, false)}`,
      )
      return `[${subscripts.join(',')}]`
    }
    case 'filter':
      return `?(${print(step.predicate, false)})`
    case 'method':
      return `.${step.name}(${step.args.map((arg) => print(arg, false)).join(',')})`
  }
}

function printLevels(from: number, to: number): string {
  const level = (value: number): string => (value === ENDLESS ? 'last' : String(value))
  if (from === 0 && to === ENDLESS) return ''
  return from === to ? `{${level(from)}}` : `{${level(from)} to ${level(to)}}`
}

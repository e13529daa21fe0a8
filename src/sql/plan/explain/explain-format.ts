/** EXPLAIN's trees as text and as JSON, laid out as PostgreSQL does. */
import type { PlanNode } from '../plan-node.ts'
import type { ExplainNode } from './explain-tree.ts'

/** What EXPLAIN ANALYZE has counted. */
export interface ActualRows {
  rows: number
  loops: number
}

export interface ExplainFormat {
  readonly showsCosts: boolean
  /** With ANALYZE. */
  readonly actual?: ReadonlyMap<PlanNode, ActualRows>
}

export function explainText(root: ExplainNode, format: ExplainFormat): string[] {
  const lines: string[] = []
  writeNode(root, { indent: '', body: '  ' }, format, lines)
  return lines
}

interface Place {
  readonly indent: string
  readonly body: string
}

function writeNode(
  node: ExplainNode,
  { indent, body }: Place,
  format: ExplainFormat,
  lines: string[],
): void {
  lines.push(`${indent}${node.title}${figures(node, format)}`)
  for (const [label, text] of node.details) lines.push(`${body}${label}: ${text}`)
  for (const { label, node: child } of [...node.children].sort(labelledFirst)) {
    const start = label === undefined ? body : `${body}  `
    if (label !== undefined) lines.push(`${body}${label}`)
    writeNode(child, { indent: `${start}->  `, body: `${start}      ` }, format, lines)
  }
}

function labelledFirst(a: { readonly label?: string }, b: { readonly label?: string }): number {
  return Number(b.label !== undefined) - Number(a.label !== undefined)
}

function figures(node: ExplainNode, { showsCosts, actual }: ExplainFormat): string {
  const estimated = showsCosts ? `  (rows=${node.rows})` : ''
  if (actual === undefined) return estimated
  const found = actual.get(node.source)
  const counted =
    found === undefined
      ? '(never executed)'
      : `(actual rows=${perLoop(found)} loops=${found.loops})`
  return `${estimated === '' ? ' ' : estimated} ${counted}`
}

function perLoop({ rows, loops }: ActualRows): number {
  return Math.round(rows / Math.max(loops, 1))
}

type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json }

export function explainJson(
  root: ExplainNode,
  format: ExplainFormat,
  summary: Readonly<Record<string, Json>>,
): string {
  return JSON.stringify([{ Plan: jsonNode(root, format), ...summary }], undefined, 2)
}

function jsonNode(node: ExplainNode, format: ExplainFormat, relationship?: string): Json {
  const found = format.actual?.get(node.source)
  const { source } = node
  const isScan =
    source.kind === 'scan' || source.kind === 'indexScan' || source.kind === 'systemScan'
  return {
    'Node Type': node.type,
    ...(relationship === undefined ? {} : { 'Parent Relationship': relationship }),
    ...(source.kind === 'indexScan'
      ? {
          'Scan Direction': source.reverse ? 'Backward' : 'Forward',
          'Index Name': source.index.name,
        }
      : {}),
    ...(isScan ? { 'Relation Name': source.relation.name, Alias: source.alias } : {}),
    ...(format.showsCosts ? { 'Plan Rows': node.rows } : {}),
    ...(format.actual === undefined
      ? {}
      : {
          'Actual Rows': found === undefined ? 0 : perLoop(found),
          'Actual Loops': found?.loops ?? 0,
        }),
    ...Object.fromEntries(node.details),
    ...(node.children.length === 0
      ? {}
      : {
          Plans: node.children.map(({ label, node: child }, i) =>
            jsonNode(child, format, label?.split(' ')[0] ?? (i === 0 ? 'Outer' : 'Inner')),
          ),
        }),
  }
}

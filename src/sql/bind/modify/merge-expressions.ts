/** The few expressions that MERGE itself puts into its plan. */
import type { Expression } from '../../plan/expression.ts'
import { NO_OID, TYPE } from '../resolve/type-oids.ts'

const BOOLEAN = { type: TYPE.bool, typmod: -1, collation: NO_OID }

export function isNull(input: Expression): Expression {
  return { kind: 'nullTest', input, negated: false, ...BOOLEAN }
}

export function isValue(input: Expression): Expression {
  return { kind: 'nullTest', input, negated: true, ...BOOLEAN }
}

export function caseOf(
  branches: readonly { readonly when: Expression; readonly then: Expression }[],
  otherwise: Expression,
): Expression {
  const { type, typmod, collation } = otherwise
  return { kind: 'case', branches, otherwise, type, typmod, collation }
}

export function whichConstant(value: number | null): Expression {
  return { kind: 'constant', value, type: TYPE.int4, typmod: -1, collation: NO_OID }
}

export function textConstant(value: string | null): Expression {
  return { kind: 'constant', value, type: TYPE.text, typmod: -1, collation: NO_OID }
}

/** The clauses of CREATE and ALTER FUNCTION as columns of pg_proc. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { ProcRow } from '../../catalog/rows/object-rows.ts'
import type { RoutineOption } from '../../parse/ast/routine.ts'

export function optionColumns(options: readonly RoutineOption[]): Partial<ProcRow> {
  const columns: Partial<ProcRow> = {}
  const seen = new Set<string>()
  for (const option of options) {
    if (seen.has(option.kind) && option.kind !== 'set') {
      throw new SqlError('42601', 'conflicting or redundant options', { position: option.position })
    }
    seen.add(option.kind)
    Object.assign(columns, columnsOf(option))
  }
  return columns
}

function columnsOf(option: RoutineOption): Partial<ProcRow> {
  switch (option.kind) {
    case 'as':
    case 'language':
      return {} // read by CREATE FUNCTION itself
    case 'volatility':
      return { provolatile: { immutable: 'i', stable: 's', volatile: 'v' }[option.volatility] }
    case 'strict':
      return { proisstrict: option.value }
    case 'securityDefiner':
      return { prosecdef: option.value }
    case 'leakproof':
      return { proleakproof: option.value }
    case 'window':
      return { prokind: option.value ? 'w' : 'f' }
    case 'cost':
      return { procost: positive(option.value, 'COST') }
    case 'rows':
      return { prorows: positive(option.value, 'ROWS') }
    case 'parallel':
      return { proparallel: parallelLetter(option.value) }
    case 'support':
    case 'set':
    case 'transform':
      throw unsupported(`${option.kind.toUpperCase()} of a function`)
  }
}

function positive(text: string, name: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new SqlError('22023', `${name} must be positive`)
  return value
}

function parallelLetter(value: string): string {
  const letter = { safe: 's', unsafe: 'u', restricted: 'r' }[value]
  if (letter !== undefined) return letter
  throw new SqlError('42601', 'parameter "parallel" must be SAFE, RESTRICTED, or UNSAFE')
}

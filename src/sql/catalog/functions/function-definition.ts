/** pg_get_functiondef(): CREATE OR REPLACE FUNCTION as PostgreSQL writes it. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { CallContext, FunctionRegistry } from '../../functions/registry.ts'
import type { ProcRow } from '../rows/object-rows.ts'
import { oidOf } from '../store/catalog-tables.ts'
import { quoteIdentifier, quoteQualified } from '../../types/text/quoting.ts'
import type { CatalogSnapshot } from '../catalog-snapshot.ts'
import { snapshotOf } from './call-catalog.ts'
import { routineArguments, routineResult } from './object-facts.ts'

export function registerFunctionDefinition(registry: FunctionRegistry): void {
  registry.scalar('pg_get_functiondef', (context: CallContext, oid: number) => {
    const catalog = snapshotOf(context)
    const row = catalog.procRow(oidOf(oid))
    if (row === undefined) return null
    if (row.prokind === 'a') {
      throw new SqlError('42809', `"${row.proname}" is an aggregate function`)
    }
    return definition(context, catalog, row)
  })
  registry.scalar('pg_get_function_sqlbody', (context: CallContext, oid: number) => {
    return snapshotOf(context).procRow(oidOf(oid))?.prosqlbody ?? null
  })
}

function definition(context: CallContext, catalog: CatalogSnapshot, row: ProcRow): string {
  const isProcedure = row.prokind === 'p'
  const kind = isProcedure ? 'PROCEDURE' : 'FUNCTION'
  const name = quoteQualified(catalog.schemaName(row.pronamespace), row.proname)
  const lines = [`CREATE OR REPLACE ${kind} ${name}(${routineArguments(context, row.oid)})`]
  if (!isProcedure) lines.push(` RETURNS ${routineResult(context, row.oid)}`)
  const language = catalog.languageName(row.prolang)
  lines.push(` LANGUAGE ${quoteIdentifier(language)}`)
  const options = optionsOf(row, language)
  if (options.length > 0) lines.push(` ${options.join(' ')}`)
  lines.push(bodyOf(row, kind.toLowerCase()))
  return `${lines.join('\n')}\n`
}

/** Whatever is not as CREATE FUNCTION has it by default. */
function optionsOf(row: ProcRow, language: string): readonly string[] {
  const cost = language === 'internal' || language === 'c' ? 1 : 100
  const rows = row.proretset ? 1000 : 0
  return [
    { if: row.prokind === 'w', text: 'WINDOW' },
    { if: row.provolatile === 'i', text: 'IMMUTABLE' },
    { if: row.provolatile === 's', text: 'STABLE' },
    { if: row.proparallel === 's', text: 'PARALLEL SAFE' },
    { if: row.proparallel === 'r', text: 'PARALLEL RESTRICTED' },
    { if: row.proisstrict, text: 'STRICT' },
    { if: row.prosecdef, text: 'SECURITY DEFINER' },
    { if: row.proleakproof, text: 'LEAKPROOF' },
    { if: row.prokind !== 'p' && row.procost !== cost, text: `COST ${row.procost}` },
    { if: row.prorows !== rows && row.prorows > 0, text: `ROWS ${row.prorows}` },
  ].flatMap((option) => (option.if ? [option.text] : []))
}

function bodyOf({ prosqlbody, prosrc }: ProcRow, kind: string): string {
  if (prosqlbody !== null) return prosqlbody
  let tag = kind
  while (prosrc.includes(`$${tag}`)) tag += 'x'
  return `AS $${tag}$${prosrc}$${tag}$`
}

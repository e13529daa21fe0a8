/** The language and the body of a function as CREATE FUNCTION gives them. Functions run when written in SQL, or naming one of ours. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { ProcRow } from '../../catalog/rows/object-rows.ts'
import { oidOf } from '../../catalog/store/catalog-tables.ts'
import type { CreateFunctionStatement, SqlBody } from '../../parse/ast/routine.ts'
import { deparseExpression } from '../../parse/deparse/expression.ts'
import { deparseQuery } from '../../parse/deparse/query.ts'
import type { CommandContext } from '../command-context.ts'

const LANGUAGES = { internal: oidOf(12), sql: oidOf(14) } as const

export function bodyColumns(
  context: CommandContext,
  statement: CreateFunctionStatement,
): Partial<ProcRow> {
  const { body, options } = statement
  const as = options.find((option) => option.kind === 'as')
  const given = options.find((option) => option.kind === 'language')?.language.toLowerCase()
  if (given === undefined && body === undefined)
    throw new SqlError('42P13', 'no language specified')
  const language = given ?? 'sql'
  if (body !== undefined && as !== undefined) {
    throw new SqlError('42P13', 'duplicate function body specified')
  }
  if (body !== undefined && language !== 'sql') {
    throw new SqlError('42P13', 'inline SQL function body only valid for language SQL')
  }
  if (!isRunnable(language)) throw otherLanguage(language)
  const prolang = LANGUAGES[language]
  if (body !== undefined) return { prolang, prosrc: '', prosqlbody: bodyText(body) }
  if (as === undefined) throw new SqlError('42P13', 'no function body specified')
  if (as.symbol !== undefined) {
    throw new SqlError('42P13', `only one AS item needed for language "${language}"`)
  }
  if (language === 'internal' && !context.services.hasInternalFunction(as.source)) {
    throw new SqlError('42883', `there is no built-in function named "${as.source}"`)
  }
  return { prolang, prosrc: as.source }
}

function isRunnable(language: string): language is keyof typeof LANGUAGES {
  return Object.hasOwn(LANGUAGES, language)
}

function otherLanguage(language: string): SqlError {
  if (language === 'c' || language === 'plpgsql')
    return unsupported(`a function in language ${language}`)
  return new SqlError('42704', `language "${language}" does not exist`)
}

/** As PostgreSQL prints it. */
function bodyText(body: SqlBody): string {
  if (body.kind === 'return') return `RETURN ${deparseExpression(body.expression)}`
  const statements = body.statements.map((statement) => {
    switch (statement.kind) {
      case 'return':
        return ` RETURN ${deparseExpression(statement.expression)};\n`
      case 'select':
      case 'values':
      case 'setOperation':
        return ` ${deparseQuery(statement).replace(/;?\s*$/, '')};\n`
      default:
        throw unsupported('a function body that changes data')
    }
  })
  return `BEGIN ATOMIC\n${statements.join('')}END`
}

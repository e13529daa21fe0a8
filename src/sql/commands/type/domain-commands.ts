/** CREATE DOMAIN, ALTER DOMAIN */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { TypeRow } from '../../catalog/rows/object-rows.ts'
import type { Expression } from '../../parse/ast/expression.ts'
import type { AlterDomainStatement, CreateDomainStatement } from '../../parse/ast/definitions.ts'
import type { CheckConstraint, DomainConstraint } from '../../parse/ast/table.ts'
import type { CommandContext } from '../command-context.ts'
import type { AnalyzedExpression } from '../ddl-services.ts'
import { performDeletion } from '../drop/perform-deletion.ts'
import { CLASS } from '../support/class-ids.ts'
import { resolveCollation } from '../support/collation.ts'
import { defineType, ioFunctions, PROC } from '../support/define-type.ts'
import { address, recordDependencies, recordDependency } from '../support/dependencies.ts'
import { creationSchema } from '../support/lookup.ts'
import { chooseConstraintName } from '../support/object-names.ts'
import { resolveType } from '../support/resolve-object.ts'

export function* createDomain(
  context: CommandContext,
  statement: CreateDomainStatement,
): Task<string> {
  const namespace = yield* creationSchema(context, statement.domain)
  const { type, typmod } = context.services.resolveTypeName(statement.type, context.catalog)
  const base = context.catalog.typeRow(type)
  if (base === undefined || base.typtype === 'p') {
    throw new SqlError('42804', `"${statement.type.name}" is not a valid base type for a domain`, {
      position: statement.type.position,
    })
  }
  const rules = domainRules(statement.constraints)
  const target = { type, typmod, columnName: statement.domain.name }
  const defaultValue =
    rules.default === undefined ? undefined : analyzeDefault(context, rules.default, target)
  const domain = yield* defineType(context, {
    ...baseProperties(base),
    typname: statement.domain.name,
    typnamespace: namespace,
    typtype: 'd',
    typbasetype: type,
    typtypmod: typmod,
    typnotnull: rules.notNull,
    typcollation: resolveCollation(context, statement.collation, type, base.typcollation),
    typdefaultbin: defaultValue?.text ?? null,
    typdefault: defaultValue?.text ?? null,
    typndims: statement.type.arrayDimensions.length,
  })
  yield* recordDependency(context, address(CLASS.type, domain.oid), address(CLASS.type, type), 'n')
  for (const check of rules.checks) yield* addDomainCheck(context, domain.oid, check)
  return 'CREATE DOMAIN'
}

/** What a domain takes over from its base type. */
function baseProperties(base: TypeRow): Partial<TypeRow> {
  const {
    typlen,
    typbyval,
    typcategory,
    typdelim,
    typoutput,
    typsend,
    typalign,
    typstorage,
    typanalyze,
  } = base
  return {
    typlen,
    typbyval,
    typcategory,
    typdelim,
    typoutput,
    typsend,
    typalign,
    typstorage,
    typanalyze,
    ...ioFunctions(PROC.domain),
  }
}

interface DomainRules {
  readonly notNull: boolean
  readonly default: Expression | undefined
  readonly checks: readonly CheckConstraint[]
}

function domainRules(constraints: readonly DomainConstraint[]): DomainRules {
  let nullable: boolean | undefined
  let expression: Expression | undefined
  const checks: CheckConstraint[] = []
  for (const constraint of constraints) {
    switch (constraint.kind) {
      case 'notNull':
      case 'null': {
        const allows = constraint.kind === 'null'
        if (nullable !== undefined && nullable !== allows) {
          throw new SqlError('42601', 'conflicting NULL/NOT NULL constraints', {
            position: constraint.position,
          })
        }
        nullable = allows
        break
      }
      case 'default':
        if (expression !== undefined) {
          throw new SqlError('42601', 'multiple default expressions', {
            position: constraint.position,
          })
        }
        expression = constraint.expression
        break
      case 'check':
        checks.push(constraint)
        break
    }
  }
  return { notNull: nullable === false, default: expression, checks }
}

interface DomainTarget {
  readonly type: Oid
  readonly typmod: number
  readonly columnName: string
}

function analyzeDefault(
  context: CommandContext,
  expression: Expression,
  target: DomainTarget,
): AnalyzedExpression {
  return context.services.analyzeExpression(expression, {
    catalog: context.catalog,
    purpose: 'default',
    columns: [],
    target,
  })
}

function* addDomainCheck(context: CommandContext, domain: Oid, check: CheckConstraint): Task<void> {
  const { catalog, writer } = context
  const type = catalog.type(domain)
  const row = catalog.typeRow(domain)
  if (row === undefined) return
  const taken = catalog.constraintsOfType(domain).map((constraint) => constraint.conname)
  if (check.name !== undefined && taken.includes(check.name)) {
    throw new SqlError(
      '42710',
      `constraint "${check.name}" for domain "${type.name}" already exists`,
    )
  }
  const analyzed = context.services.analyzeExpression(check.expression, {
    catalog,
    purpose: 'domainCheck',
    columns: [],
    valueType: { type: row.typbasetype, typmod: row.typtypmod, collation: row.typcollation },
  })
  const name =
    check.name ??
    chooseConstraintName(catalog, row.typnamespace, { name1: type.name, label: 'check' }, taken)
  const oid = writer.nextOid()
  yield* writer.insert('pg_constraint', {
    oid,
    conname: name,
    connamespace: row.typnamespace,
    contype: 'c',
    convalidated: !check.notValid,
    contypid: domain,
    confupdtype: ' ',
    confdeltype: ' ',
    confmatchtype: ' ',
    conislocal: true,
    conbin: analyzed.text,
  })
  const self = address(CLASS.constraint, oid)
  yield* recordDependency(context, self, address(CLASS.type, domain), 'a')
  yield* recordDependencies(context, self, analyzed.references, 'n')
}

export function* alterDomain(
  context: CommandContext,
  statement: AlterDomainStatement,
): Task<string> {
  const { writer } = context
  const name = { ...statement.domain, typmods: [], arrayDimensions: [], setof: false }
  const domain = resolveType(context, name, 'domain')
  const row = writer.rows('pg_type').find('oid', domain)
  if (row === undefined)
    throw new SqlError('42501', `must be owner of type ${statement.domain.name}`)
  const { action } = statement
  switch (action.kind) {
    case 'setDefault': {
      const target = { type: row.typbasetype, typmod: row.typtypmod, columnName: row.typname }
      const text =
        action.expression === undefined
          ? null
          : analyzeDefault(context, action.expression, target).text
      yield* writer.update('pg_type', row, { typdefault: text, typdefaultbin: text })
      break
    }
    case 'setNotNull':
    case 'dropNotNull':
      if (action.kind === 'setNotNull') refuseWhenUsed(context, domain)
      yield* writer.update('pg_type', row, { typnotnull: action.kind === 'setNotNull' })
      break
    case 'addConstraint':
      if (action.constraint.kind !== 'check') throw unsupported('this kind of domain constraint')
      if (!action.constraint.notValid) refuseWhenUsed(context, domain)
      yield* addDomainCheck(context, domain, action.constraint)
      break
    case 'dropConstraint':
      yield* dropDomainConstraint(context, domain, action)
      break
    case 'validateConstraint': {
      const constraint = writer
        .rows('pg_constraint')
        .where('contypid', domain)
        .find((one) => one.conname === action.name)
      if (constraint === undefined) throw missingConstraint(action.name, row.typname)
      if (!constraint.convalidated) refuseWhenUsed(context, domain)
      yield* writer.update('pg_constraint', constraint, { convalidated: true })
      break
    }
  }
  return 'ALTER DOMAIN'
}

/** LIMIT: values of the domain that are stored already would have to be checked. */
function refuseWhenUsed(context: CommandContext, domain: Oid): void {
  for (const attribute of context.writer.rows('pg_attribute').where('atttypid', domain)) {
    const tree = context.catalog.relation(attribute.attrelid)?.tree
    if (tree !== undefined && context.access.rowCount(tree) > 0) {
      throw unsupported('validating a domain constraint against stored rows')
    }
  }
}

function missingConstraint(name: string, domain: string): SqlError {
  return new SqlError('42704', `constraint "${name}" of domain "${domain}" does not exist`)
}

function* dropDomainConstraint(
  context: CommandContext,
  domain: Oid,
  action: { readonly name: string; readonly ifExists: boolean; readonly cascade: boolean },
): Task<void> {
  const row = context.catalog.constraintsOfType(domain).find((one) => one.conname === action.name)
  if (row !== undefined) {
    yield* performDeletion(context, [address(CLASS.constraint, row.oid)], {
      cascade: action.cascade,
    })
    return
  }
  const error = missingConstraint(action.name, context.catalog.type(domain).name)
  if (!action.ifExists) throw error
  context.notice(`${error.message}, skipping`)
}

/** Column definitions and constraints. */
import type * as raw from '@pgsql/types'
import { SqlError, unsupported } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type {
  ColumnConstraint,
  ColumnDefinition,
  DomainConstraint,
  ExclusionConstraint,
  ForeignKeyActionName,
  ForeignKeyConstraint,
  KeyConstraint,
  TableConstraint,
} from '../../ast/table.ts'
import { collationName, options, qualifiedName, relationName, typeName } from '../common.ts'
import { convertExpression, optionalExpression } from '../expression/expression.ts'
import { indexElement } from '../query/modify.ts'
import { fromEnum, listItems, onlyKind, stringValues } from '../raw-node.ts'
import type { Node } from '../raw-node.ts'
import type { SourceText } from '../source-text.ts'
import { sequenceOptions } from './sequence-option.ts'

type AnyConstraint = ColumnConstraint | TableConstraint

/** What DEFERRABLE and INITIALLY … say of the constraint before them. */
interface Deferral {
  readonly deferrable: boolean
  readonly initiallyDeferred: boolean
}

export function columnDefinition(node: raw.ColumnDef, source: SourceText): ColumnDefinition {
  if (node.fdwoptions) throw unsupported('column OPTIONS')
  return {
    kind: 'column',
    name: node.colname ?? '',
    type: node.typeName && typeName(node.typeName, source),
    collation: collationName(node.collClause),
    constraints: columnConstraints(node.constraints, source) as ColumnConstraint[], // by the grammar
    storage: node.storage_name,
    compression: node.compression,
    position: source.position(node.location),
  }
}

/** In a column's list the attributes of a constraint stand after it, as entries of their own. */
function columnConstraints(
  nodes: readonly Node[] | undefined,
  source: SourceText,
): AnyConstraint[] {
  const entries = (nodes ?? []).map((node) => onlyKind(node, 'Constraint'))
  const constraints: AnyConstraint[] = []
  let i = 0
  while (i < entries.length) {
    const entry = entries[i++]
    if (entry === undefined) break
    const attributes: raw.Constraint[] = []
    for (let next = entries[i]; next && isAttribute(next); next = entries[++i])
      attributes.push(next)
    if (isAttribute(entry)) throw misplaced(entry, source)
    constraints.push(constraint(entry, deferral(entry, attributes, source), source))
  }
  return constraints
}

function isAttribute(node: raw.Constraint): boolean {
  return node.contype?.startsWith('CONSTR_ATTR_') ?? false
}

const ATTRIBUTE_NAMES: { readonly [K in raw.ConstrType]?: string } = {
  CONSTR_ATTR_DEFERRABLE: 'DEFERRABLE',
  CONSTR_ATTR_NOT_DEFERRABLE: 'NOT DEFERRABLE',
  CONSTR_ATTR_DEFERRED: 'INITIALLY DEFERRED',
  CONSTR_ATTR_IMMEDIATE: 'INITIALLY IMMEDIATE',
}

function misplaced(node: raw.Constraint, source: SourceText): SqlError {
  const name = (node.contype && ATTRIBUTE_NAMES[node.contype]) ?? ''
  return syntaxError(`misplaced ${name} clause`, node, source)
}

function syntaxError(message: string, node: raw.Constraint, source: SourceText): SqlError {
  return new SqlError(SQLSTATE.SYNTAX_ERROR, message, { position: source.position(node.location) })
}

const DEFERRABLE_CONSTRAINTS: ReadonlySet<string> = new Set([
  'CONSTR_PRIMARY',
  'CONSTR_UNIQUE',
  'CONSTR_EXCLUSION',
  'CONSTR_FOREIGN',
])

function deferral(
  owner: raw.Constraint,
  attributes: readonly raw.Constraint[],
  source: SourceText,
): Deferral {
  let deferrable: boolean | undefined
  let deferred: boolean | undefined
  for (const node of attributes) {
    const type = node.contype ?? ''
    if (type.endsWith('ENFORCED')) throw unsupported('ENFORCED', source.position(node.location))
    if (!DEFERRABLE_CONSTRAINTS.has(owner.contype ?? '')) throw misplaced(node, source)
    if (type.endsWith('DEFERRABLE')) {
      if (deferrable !== undefined) {
        throw syntaxError('multiple DEFERRABLE/NOT DEFERRABLE clauses not allowed', node, source)
      }
      deferrable = type === 'CONSTR_ATTR_DEFERRABLE'
    } else {
      if (deferred !== undefined) {
        const message = 'multiple INITIALLY IMMEDIATE/DEFERRED clauses not allowed'
        throw syntaxError(message, node, source)
      }
      deferred = type === 'CONSTR_ATTR_DEFERRED'
    }
    if (deferred && deferrable === false) {
      const message = 'constraint declared INITIALLY DEFERRED must be DEFERRABLE'
      throw syntaxError(message, node, source)
    }
  }
  return { deferrable: deferrable ?? deferred ?? false, initiallyDeferred: deferred ?? false }
}

export function tableConstraint(node: raw.Constraint, source: SourceText): TableConstraint {
  if (node.contype === 'CONSTR_NOTNULL') {
    throw unsupported('NOT NULL as a table constraint', source.position(node.location))
  }
  return constraint(node, ownDeferral(node), source) as TableConstraint // by the grammar
}

export function domainConstraints(
  nodes: readonly Node[] | undefined,
  source: SourceText,
): DomainConstraint[] {
  return columnConstraints(nodes, source) as DomainConstraint[] // commands reject the rest by name
}

function ownDeferral(node: raw.Constraint): Deferral {
  return { deferrable: node.deferrable ?? false, initiallyDeferred: node.initdeferred ?? false }
}

function constraint(node: raw.Constraint, attributes: Deferral, source: SourceText): AnyConstraint {
  const common = {
    name: node.conname,
    ...attributes,
    notValid: node.skip_validation ?? false,
    position: source.position(node.location),
  }
  switch (node.contype) {
    case 'CONSTR_NULL':
      return { kind: 'null', ...common }
    case 'CONSTR_NOTNULL':
      return { kind: 'notNull', noInherit: node.is_no_inherit ?? false, ...common }
    case 'CONSTR_DEFAULT':
      return { kind: 'default', expression: convertExpression(node.raw_expr, source), ...common }
    case 'CONSTR_CHECK': {
      const expression = convertExpression(node.raw_expr, source)
      return { kind: 'check', expression, noInherit: node.is_no_inherit ?? false, ...common }
    }
    case 'CONSTR_IDENTITY': {
      const generated = node.generated_when === 'a' ? 'always' : 'byDefault'
      const list = sequenceOptions(node.options, source)
      return { kind: 'identity', generated, options: list, ...common }
    }
    case 'CONSTR_GENERATED':
      return { kind: 'generated', expression: generatedExpression(node, source), ...common }
    case 'CONSTR_PRIMARY':
      return { kind: 'primaryKey', ...keyParts(node, source), ...common }
    case 'CONSTR_UNIQUE':
      return { kind: 'unique', ...keyParts(node, source), ...common }
    case 'CONSTR_EXCLUSION':
      return { kind: 'exclusion', ...exclusionParts(node, source), ...common }
    case 'CONSTR_FOREIGN':
      return { kind: 'foreignKey', ...foreignKeyParts(node, source), ...common }
    default:
      throw unsupported(`constraint ${node.contype}`)
  }
}

function generatedExpression(node: raw.Constraint, source: SourceText) {
  if (node.generated_kind !== 's') {
    throw unsupported('a virtual generated column', source.position(node.location))
  }
  if (node.generated_when !== 'a') {
    throw syntaxError('for a generated column, GENERATED ALWAYS must be specified', node, source)
  }
  return convertExpression(node.raw_expr, source)
}

type Parts<T> = Omit<
  T,
  'kind' | 'name' | 'deferrable' | 'initiallyDeferred' | 'notValid' | 'position'
>

function keyParts(node: raw.Constraint, source: SourceText): Parts<KeyConstraint> {
  if (node.without_overlaps) throw unsupported('WITHOUT OVERLAPS', source.position(node.location))
  return {
    columns: stringValues(node.keys),
    including: stringValues(node.including),
    nullsNotDistinct: node.nulls_not_distinct ?? false,
    usingIndex: node.indexname,
    options: options(node.options, source),
    tablespace: node.indexspace,
  }
}

function exclusionParts(node: raw.Constraint, source: SourceText): Parts<ExclusionConstraint> {
  return {
    accessMethod: node.access_method ?? 'btree',
    elements: (node.exclusions ?? []).map((exclusion) => {
      const [element, operator] = listItems(exclusion)
      return {
        element: indexElement(element, source),
        operator: qualifiedName(listItems(operator)),
      }
    }),
    including: stringValues(node.including),
    where: optionalExpression(node.where_clause, source),
    options: options(node.options, source),
    tablespace: node.indexspace,
  }
}

const FOREIGN_KEY_ACTIONS: { readonly [code: string]: ForeignKeyActionName } = {
  a: 'noAction',
  r: 'restrict',
  c: 'cascade',
  n: 'setNull',
  d: 'setDefault',
}
const FOREIGN_KEY_MATCHES: { readonly [code: string]: ForeignKeyConstraint['match'] } = {
  s: 'simple',
  f: 'full',
  p: 'partial',
}

function foreignKeyParts(node: raw.Constraint, source: SourceText): Parts<ForeignKeyConstraint> {
  if (node.fk_with_period) throw unsupported('PERIOD', source.position(node.location))
  return {
    columns: stringValues(node.fk_attrs),
    referenced: relationName(node.pktable, source),
    referencedColumns: stringValues(node.pk_attrs),
    match: fromEnum(FOREIGN_KEY_MATCHES, node.fk_matchtype, 'MATCH'),
    onUpdate: fromEnum(FOREIGN_KEY_ACTIONS, node.fk_upd_action, 'ON UPDATE'),
    onDelete: fromEnum(FOREIGN_KEY_ACTIONS, node.fk_del_action, 'ON DELETE'),
    onDeleteColumns: stringValues(node.fk_del_set_cols),
  }
}

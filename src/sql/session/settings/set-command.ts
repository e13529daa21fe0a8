/** SET, RESET, SHOW and SET TRANSACTION: the statements about settings. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.ts'
import type { Expression } from '../../parse/ast/expression.ts'
import type { SettingChange } from '../../parse/ast/routine.ts'
import type {
  SetTransactionStatement,
  ShowStatement,
  TransactionModes,
} from '../../parse/ast/utility.ts'
import { changeSetting, shownSetting } from './change-setting.ts'
import { settingDefinitions } from './setting-definitions.ts'
import type { SessionState } from '../session-state.ts'
import type { ResultColumn, ResultSink } from '../result/statement-result.ts'
import type { RunningTransaction } from '../transaction/running-transaction.ts'

const TEXT = 25 as Oid // pg_type.oid of text

export function applySetting(
  state: SessionState,
  catalog: CatalogSnapshot,
  change: SettingChange,
  isLocal: boolean,
): void {
  switch (change.kind) {
    case 'resetAll':
      state.settings.resetAll()
      return
    case 'reset':
    case 'default':
      changeSetting(state, catalog, { name: change.name, isLocal }, undefined)
      return
    case 'current':
      throw unsupported('SET … FROM CURRENT outside a function definition')
    case 'value': {
      const { name, values } = change
      changeSetting(state, catalog, { name, isLocal }, valueText(name, values))
    }
  }
}

/** search_path takes identifiers, which are quoted again; everything else is one value or words joined by commas. */
export function valueText(name: string, values: readonly Expression[]): string {
  const parts = values.map(literalText)
  if (name !== 'search_path') return parts.join(', ')
  return parts
    .map((part) => (/^[a-z_][a-z0-9_$]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`))
    .join(', ')
}

function literalText(expression: Expression): string {
  switch (expression.kind) {
    case 'integer':
      return String(expression.value)
    case 'number':
      return expression.text
    case 'string':
      return expression.value
    case 'boolean':
      return expression.value ? 'true' : 'false'
    case 'cast':
      // SET TIME ZONE INTERVAL '-08:00' HOUR TO MINUTE
      return literalText(expression.operand).replace(/^([+-]?\d+):00$/, '$1')
    default:
      throw new SqlError(SQLSTATE.SYNTAX_ERROR, 'a setting takes literals only').at(
        expression.position,
      )
  }
}

export function showSetting(
  state: SessionState,
  catalog: CatalogSnapshot,
  statement: ShowStatement,
  sink: ResultSink,
): void {
  const { settings } = state
  if (statement.name.toLowerCase() !== 'all') {
    const value = shownSetting(state, catalog, statement.name) ?? settings.show(statement.name)
    sink.columns(shownColumns(statement))
    sink.rows([[value]])
    return
  }
  sink.columns(shownColumns(statement))
  sink.rows(
    settings.names().map((name) => {
      const description = settingDefinitions().get(name.toLowerCase())?.description
      return [name, shownSetting(state, catalog, name) ?? null, description ?? null]
    }),
  )
}

/** The columns of SHOW: the setting's name, or those of SHOW ALL. */
export function shownColumns({ name }: ShowStatement): readonly ResultColumn[] {
  if (name.toLowerCase() === 'all') return ['name', 'setting', 'description'].map(textColumn)
  return [textColumn(settingDefinitions().get(name.toLowerCase())?.name ?? name)]
}

export function textColumn(name: string): ResultColumn {
  return { name, table: 0, attribute: 0, type: TEXT, typeLength: -1, typmod: -1 }
}

/** The modes of BEGIN and SET TRANSACTION, as settings of the transaction. */
export function applyModes(
  state: SessionState,
  modes: TransactionModes,
  transaction: RunningTransaction | undefined,
): void {
  if (modes.isolation !== undefined) {
    if (
      transaction?.hasRun === true &&
      modes.isolation !== state.settings.get('transaction_isolation')
    ) {
      throw new SqlError(
        SQLSTATE.ACTIVE_SQL_TRANSACTION,
        'SET TRANSACTION ISOLATION LEVEL must be called before any query',
      )
    }
    state.settings.set('transaction_isolation', modes.isolation, true)
  }
  if (modes.readOnly !== undefined) {
    if (
      transaction?.hasRun === true &&
      !modes.readOnly &&
      state.settings.get('transaction_read_only') === 'on'
    ) {
      throw new SqlError(
        SQLSTATE.ACTIVE_SQL_TRANSACTION,
        'transaction read-write mode must be set before any query',
      )
    }
    state.settings.set('transaction_read_only', modes.readOnly ? 'on' : 'off', true)
  }
  if (modes.deferrable !== undefined) {
    state.settings.set('transaction_deferrable', modes.deferrable ? 'on' : 'off', true)
  }
}

/** SET SESSION CHARACTERISTICS AS TRANSACTION … */
export function setCharacteristics(state: SessionState, statement: SetTransactionStatement): void {
  const { isolation, readOnly, deferrable } = statement.modes
  if (isolation !== undefined) state.settings.set('default_transaction_isolation', isolation, false)
  if (readOnly !== undefined)
    state.settings.set('default_transaction_read_only', readOnly ? 'on' : 'off', false)
  if (deferrable !== undefined)
    state.settings.set('default_transaction_deferrable', deferrable ? 'on' : 'off', false)
}

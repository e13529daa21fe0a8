/** The settings there are, from PostgreSQL's own list, and how their values are read and shown. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { builtinTable } from '../../catalog/builtin/builtin-catalogs.ts'
import { parseQuantity, showQuantity } from './setting-units.ts'

export interface SettingDefinition {
  readonly name: string
  readonly type: 'bool' | 'integer' | 'real' | 'string' | 'enum'
  readonly unit: string | null
  readonly minimum: number | undefined
  readonly maximum: number | undefined
  readonly values: readonly string[]
  /** internal and postmaster settings cannot be changed by a session. */
  readonly context: string
  /** As stored: numbers in the base unit. */
  readonly defaultValue: string
  /** Neither SHOW ALL nor pg_settings lists it. */
  readonly isHidden?: boolean
  /** pg_settings.short_desc */
  readonly description: string
}

/** Where Lakelet's defaults differ from an empty configuration file. */
const OVERRIDES: Readonly<Record<string, string>> = {
  server_version: '17.10',
  server_version_num: '171000',
  timezone: 'UTC',
  log_timezone: 'UTC',
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  client_encoding: 'UTF8',
  server_encoding: 'UTF8',
  lc_messages: 'C',
  lc_monetary: 'C',
  lc_numeric: 'C',
  lc_time: 'C',
  default_text_search_config: 'pg_catalog.english',
  search_path: '"$user", public',
  transaction_isolation: 'read committed',
  max_stack_depth: '2048',
  // An idle connection takes no memory.
  max_connections: '1000',
  // For the whole statement, not for each operator as in PostgreSQL.
  work_mem: '16384',
  temp_file_limit: '2097152',
  config_file: '',
  data_directory: '',
  hba_file: '',
  ident_file: '',
}

/** Settings that pg_settings does not show. */
const HIDDEN: readonly SettingDefinition[] = [
  hidden('default_with_oids', 'bool', 'off'),
  hidden('role', 'string', 'none'),
  hidden('session_authorization', 'string', ''),
]

function hidden(
  name: string,
  type: SettingDefinition['type'],
  defaultValue: string,
): SettingDefinition {
  const [unit, minimum, maximum] = [null, undefined, undefined]
  const context = 'user'
  const description = ''
  const isHidden = true
  const values: readonly string[] = []
  return {
    name,
    type,
    unit,
    minimum,
    maximum,
    values,
    context,
    defaultValue,
    description,
    isHidden,
  }
}

/** Words that enums take without showing them among their values, and what they mean. */
const HIDDEN_VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  client_min_messages: { debug: 'debug2', info: 'info' },
  log_min_messages: { debug: 'debug2' },
  log_min_error_statement: { debug: 'debug2' },
}

let definitions: ReadonlyMap<string, SettingDefinition> | undefined

/** By lower-case name; decoded on first use. */
export function settingDefinitions(): ReadonlyMap<string, SettingDefinition> {
  definitions ??= readDefinitions()
  return definitions
}

function readDefinitions(): ReadonlyMap<string, SettingDefinition> {
  const table = builtinTable('pg_settings')
  const optionalNumber = (text: string | null): number | undefined =>
    text === null ? undefined : Number(text)
  const result = new Map<string, SettingDefinition>(
    HIDDEN.map((definition) => [definition.name, definition]),
  )
  for (let row = 0; row < table.rowCount; row++) {
    const name = table.cell('name', row) ?? ''
    const key = name.toLowerCase()
    result.set(key, {
      name,
      type: (table.cell('vartype', row) ?? 'string') as SettingDefinition['type'], // pg_settings.vartype has these five values
      unit: table.cell('unit', row),
      minimum: optionalNumber(table.cell('min_val', row)),
      maximum: optionalNumber(table.cell('max_val', row)),
      values: (table.cell('enumvals', row) ?? '')
        .replace(/^\{|\}$/g, '')
        .split(',')
        .map((v) => v.replaceAll('"', '')),
      context: table.cell('context', row) ?? 'user',
      defaultValue: OVERRIDES[key] ?? table.cell('boot_val', row) ?? '',
      description: table.cell('short_desc', row) ?? '',
    })
  }
  return result
}

/** Checks and normalises a new value. Raises 22023 as PostgreSQL does, with the name as the user has written it. */
export function readSettingValue(
  definition: SettingDefinition,
  text: string,
  name: string,
): string {
  switch (definition.type) {
    case 'bool': {
      const value = readBoolean(text)
      if (value === undefined) {
        throw new SqlError(
          SQLSTATE.INVALID_PARAMETER_VALUE,
          `parameter "${name}" requires a Boolean value`,
        )
      }
      return value ? 'on' : 'off'
    }
    case 'integer':
    case 'real':
      return readNumber(definition, text, name)
    case 'enum': {
      const value = definition.values.find(
        (allowed) => allowed.toLowerCase() === text.toLowerCase(),
      )
      return value ?? readBooleanEnum(definition, text, name)
    }
    case 'string':
      return text
  }
}

function readBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase()
  if (lower === '') return undefined
  if (lower === '1' || lower === 'on' || 'true'.startsWith(lower) || 'yes'.startsWith(lower))
    return true
  const isOff = lower.length > 1 && 'off'.startsWith(lower)
  if (lower === '0' || isOff || 'false'.startsWith(lower) || 'no'.startsWith(lower)) return false
  return undefined
}

/** Enums that replaced booleans still take the boolean words. */
function readBooleanEnum(definition: SettingDefinition, text: string, name: string): string {
  const meant = HIDDEN_VALUES[definition.name]?.[text.toLowerCase()]
  if (meant !== undefined) return meant
  const value = readBoolean(text)
  if (value !== undefined && definition.values.includes(value ? 'on' : 'off'))
    return value ? 'on' : 'off'
  throw invalidValue(name, text, `Available values: ${definition.values.join(', ')}.`)
}

function readNumber(definition: SettingDefinition, text: string, name: string): string {
  const { type, unit, minimum, maximum } = definition
  const quantity = parseQuantity(text, unit)
  if (typeof quantity !== 'number') throw invalidValue(name, text, quantity.hint)
  const value = type === 'integer' ? Math.round(quantity) : quantity
  if (type === 'integer' && Math.abs(value) > LARGEST_INTEGER) {
    throw invalidValue(name, text, 'Value exceeds integer range.')
  }
  if ((minimum !== undefined && value < minimum) || (maximum !== undefined && value > maximum)) {
    const suffix = unit === null ? '' : ` ${unit}`
    const range = `${minimum}${suffix} .. ${maximum}${suffix}`
    throw new SqlError(
      SQLSTATE.INVALID_PARAMETER_VALUE,
      `${value}${suffix} is outside the valid range for parameter "${name}" (${range})`,
    )
  }
  return String(value)
}

const LARGEST_INTEGER = 2 ** 31 - 1

function invalidValue(name: string, text: string, hint?: string): SqlError {
  return new SqlError(
    SQLSTATE.INVALID_PARAMETER_VALUE,
    `invalid value for parameter "${name}": "${text}"`,
    { hint },
  )
}

/** As SHOW prints it: numbers with the largest unit that divides them. */
export function showSettingValue(definition: SettingDefinition, value: string): string {
  if (definition.unit === null || (definition.type !== 'integer' && definition.type !== 'real'))
    return value
  return showQuantity(Number(value), definition.unit)
}

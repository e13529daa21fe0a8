/** Changing jsonb: || - #-, jsonb_set, jsonb_set_lax, jsonb_insert, jsonb_strip_nulls. */
import { SqlError } from '../../../errors/sql-error.ts'
import { MAX_ELEMENTS } from '../../types/array/array-text.ts'
import { isJsonbArray, isJsonbObject } from '../../types/json/jsonb-compare.ts'
import { changePath, type PathChange } from '../../types/json/jsonb-path.ts'
import { isScalarNode, makeObject } from '../../types/json/jsonb-value.ts'
import { Jsonb, type JsonbNode, type PgArray } from '../../types/value-classes.ts'
import type { CallContext, FunctionRegistry } from '../registry.ts'
import { jsonError } from './json-access.ts'
import { stepsOf } from './jsonb-access.ts'

/** Objects merge; everything else becomes arrays and is joined. */
function concatenate(left: JsonbNode, right: JsonbNode): JsonbNode {
  if (isJsonbObject(left) && isJsonbObject(right)) return makeObject([...left, ...right])
  const asArray = (node: JsonbNode): readonly JsonbNode[] => (isJsonbArray(node) ? node : [node])
  return [...asArray(left), ...asArray(right)]
}

function requireContainer(node: JsonbNode, action: string): void {
  if (isScalarNode(node)) throw jsonError(`cannot ${action} scalar`)
}

function deleteKeys(node: JsonbNode, keys: ReadonlySet<string | null>): JsonbNode {
  requireContainer(node, 'delete from')
  if (isJsonbObject(node)) return new Map([...node].filter(([key]) => !keys.has(key)))
  if (!isJsonbArray(node)) return node
  return node.filter((item) => typeof item !== 'string' || !keys.has(item))
}

function deleteIndex(node: JsonbNode, index: number): JsonbNode {
  requireContainer(node, 'delete from')
  if (!isJsonbArray(node)) throw jsonError('cannot delete from object using integer index')
  const position = index < 0 ? index + node.length : index
  return position < 0 || position >= node.length ? node : node.toSpliced(position, 1)
}

function change(target: Jsonb, path: PgArray, action: PathChange): Jsonb {
  if (path.dimensions.length > 1) throw new SqlError('2202E', 'wrong number of array subscripts')
  const verb = action.kind === 'delete' ? 'delete path in' : 'set path in'
  requireContainer(target.root, verb)
  return new Jsonb(changePath(target.root, stepsOf(path), action))
}

function stripNulls(node: JsonbNode): JsonbNode {
  if (isJsonbArray(node)) return node.map(stripNulls)
  if (!isJsonbObject(node)) return node
  const kept = [...node].filter(([, value]) => value !== null)
  return new Map(kept.map(([key, value]) => [key, stripNulls(value)]))
}

export function registerJsonbModify(registry: FunctionRegistry): void {
  registry.scalar('jsonb_concat', (_context, left: Jsonb, right: Jsonb) => {
    const root = concatenate(left.root, right.root)
    if (isJsonbArray(root) && root.length > MAX_ELEMENTS) {
      throw new SqlError(
        '54000',
        `number of jsonb array elements exceeds the maximum allowed (${MAX_ELEMENTS})`,
      )
    }
    return new Jsonb(root)
  })
  registry.scalar('jsonb_delete', (_context, { root }: Jsonb, key: string) => {
    return new Jsonb(deleteKeys(root, new Set([key])))
  })
  registry.scalar('jsonb_delete_array', (_context, { root }: Jsonb, keys: PgArray) => {
    if (keys.dimensions.length > 1) throw new SqlError('2202E', 'wrong number of array subscripts')
    return new Jsonb(deleteKeys(root, new Set(stepsOf(keys).filter((key) => key !== null))))
  })
  registry.scalar('jsonb_delete_idx', (_context, { root }: Jsonb, index: number) => {
    return new Jsonb(deleteIndex(root, index))
  })
  registry.scalar('jsonb_delete_path', (_context, target: Jsonb, path: PgArray) =>
    change(target, path, { kind: 'delete' }),
  )
  registry.scalar(
    'jsonb_set',
    (_context, target: Jsonb, path: PgArray, { root }: Jsonb, creates: boolean) =>
      change(target, path, { kind: 'set', value: root, creates }),
  )
  registry.scalar(
    'jsonb_insert',
    (_context, target: Jsonb, path: PgArray, { root }: Jsonb, after: boolean) =>
      change(target, path, { kind: 'insert', value: root, after }),
  )
  registry.scalar('jsonb_set_lax', setLax)
  registry.scalar('jsonb_strip_nulls', (_context, { root }: Jsonb) => new Jsonb(stripNulls(root)))
}

/** jsonb_set_lax(): what an SQL null as new value means is the last argument's choice. */
function setLax(
  _context: CallContext,
  target: Jsonb | null,
  path: PgArray | null,
  value: Jsonb | null,
  creates: boolean | null,
  treatment: string | null,
): Jsonb | null {
  if (target === null || path === null || creates === null) return null
  if (value !== null) return change(target, path, { kind: 'set', value: value.root, creates })
  switch (treatment) {
    case 'raise_exception':
      throw new SqlError('22004', 'JSON value must not be null', {
        detail: 'Exception was raised because null_value_treatment is "raise_exception".',
        hint: 'To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.',
      })
    case 'use_json_null':
      return change(target, path, { kind: 'set', value: null, creates })
    case 'delete_key':
      return change(target, path, { kind: 'delete' })
    case 'return_target':
      return target
    default:
      throw jsonError(
        'null_value_treatment must be "delete_key", "return_target", "use_json_null", or "raise_exception"',
      )
  }
}

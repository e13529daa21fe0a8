/** The built-in catalogs: as many rows as PostgreSQL 17.10 has, and what the binder asks of them. */
import { describe, expect, test } from 'vitest'
import { builtinTable } from '../../src/sql/catalog/builtin/builtin-catalogs.ts'
import { oidOf } from '../../src/sql/catalog/store/catalog-tables.ts'
import { builtinCatalog } from '../../src/sql/catalog/load-catalog.ts'

/** select count(*) from … on a fresh PostgreSQL 17.10 (pg_namespace without public, pg_depend without pg_rewrite's). */
const COUNTS = {
  pg_type: 617,
  pg_proc: 3330,
  pg_operator: 799,
  pg_cast: 229,
  pg_aggregate: 157,
  pg_class: 415,
  pg_attribute: 3126,
  pg_index: 164,
  pg_opclass: 177,
  pg_amop: 945,
  pg_amproc: 696,
  pg_constraint: 112,
  pg_description: 5144,
  pg_settings: 378,
}

describe('built-in data', () => {
  test.each(Object.entries(COUNTS))('%s has %i rows', (catalog, count) => {
    expect(builtinTable(catalog).rowCount).toBe(count)
  })

  const catalog = builtinCatalog()

  test('types', () => {
    expect(catalog.findType(undefined, 'int4', [])).toMatchObject({
      oid: 23,
      arrayType: 1007,
      kind: 'int32',
      input: 'int4in',
      output: 'int4out',
      category: 'N',
    })
    expect(catalog.type(oidOf(1009))).toMatchObject({
      name: '_text',
      elementType: 25,
      kind: 'datum',
    })
    expect(catalog.findType(undefined, 'int4range', [])).toMatchObject({
      rangeSubtype: 23,
      multirange: 4451,
    })
    expect(catalog.findType('information_schema', 'yes_or_no', [])).toMatchObject({
      typeType: 'd',
      kind: 'text',
      checks: [{ name: 'yes_or_no_check' }],
    })
  })

  test('functions and operators', () => {
    const names = catalog
      .functionsNamed(undefined, 'substring', ['public'])
      .map((proc) => proc.source)
    expect(names).toContain('text_substr')
    expect(names).toContain('substring(text,text,text)')
    const plus = catalog
      .operatorsNamed(undefined, '+', [])
      .find((one) => one.left === 23 && one.right === 23)
    expect(plus).toMatchObject({ result: 23, procedure: 177 })
    expect(catalog.cast(oidOf(23), oidOf(20))).toMatchObject({ context: 'i', method: 'f' })
    expect(catalog.functionsNamed(undefined, 'make_interval', [])[0]?.defaults).toHaveLength(7)
  })

  test('a name is found in pg_catalog before the path, unless the path says otherwise', () => {
    expect(catalog.findRelation(undefined, 'pg_class', ['public'])?.oid).toBe(1259)
    expect(catalog.findRelation('information_schema', 'tables', [])?.kind).toBe('v')
    expect(catalog.findRelation(undefined, 'tables', ['public'])).toBeUndefined()
  })
})

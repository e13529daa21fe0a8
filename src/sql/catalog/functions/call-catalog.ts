/** The catalog as functions about catalogs need it: with its rows. */
import { AssertionError } from '../../../errors/sql-error.ts'
import { quoteQualified } from '../../types/text/quoting.ts'
import type { Catalog, Oid } from '../catalog.ts'
import { CatalogSnapshot } from '../catalog-snapshot.ts'

export function snapshotOf(context: { readonly catalog: Catalog }): CatalogSnapshot {
  if (context.catalog instanceof CatalogSnapshot) return context.catalog
  throw new AssertionError('functions about catalogs need a CatalogSnapshot')
}

/** A relation's name, with its schema when the search path does not find it. */
export function relationDisplayName(
  catalog: CatalogSnapshot,
  oid: Oid,
  searchPath: readonly string[],
): string {
  const row = catalog.classRow(oid)
  if (row === undefined) return String(oid)
  const visible = catalog.findRelationOid(undefined, row.relname, searchPath) === oid
  return quoteQualified(visible ? undefined : catalog.schemaName(row.relnamespace), row.relname)
}

/** 'schema."Na me"' as written in a string → its parts, folded as the scanner does. */
export function splitQualifiedName(text: string): readonly string[] | undefined {
  const parts: string[] = []
  const pattern = /\s*(?:"((?:[^"]|"")*)"|([^\s".]+))\s*(\.|$)/gy
  for (;;) {
    const match = pattern.exec(text)
    if (match === null) return undefined
    parts.push(
      match[1] === undefined ? (match[2] ?? '').toLowerCase() : match[1].replaceAll('""', '"'),
    )
    if (match[3] === '') return parts
  }
}

/**
 * Prisma's schema engine: `prisma db push`, `db pull` and `migrate`. The command line starts it as a native binary that is
 * downloaded when first used; here it runs as the WebAssembly that Prisma publishes of the same version, over the driver
 * adapter of the application.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'
import type { SchemaEngine } from '@prisma/schema-engine-wasm'

const SCHEMA = new URL('schema.prisma', import.meta.url)
const NOTHING_FILTERED = { externalTables: [], externalEnums: [] }

interface WasmBindings {
  readonly SchemaEngine: typeof SchemaEngine
  __wbg_set_wasm(exports: WebAssembly.Exports): void
}

let loaded: Promise<WasmBindings> | undefined

async function load(): Promise<WasmBindings> {
  const require = createRequire(import.meta.url)
  const file = require
    .resolve('@prisma/schema-engine-wasm')
    .replace(/[^/\\]*$/, 'schema_engine_bg.wasm')
  const imports = { './schema_engine_bg.js': bindings as unknown as WebAssembly.ModuleImports } // its own glue
  const { instance } = await WebAssembly.instantiate(readFileSync(file), imports)
  const typed = bindings as unknown as WasmBindings // the package has no types for this file
  typed.__wbg_set_wasm(instance.exports)
  const start = instance.exports['__wbindgen_start'] as (() => void) | undefined // a function, when it is there
  start?.()
  return typed
}

export async function openSchemaEngine(
  factory: SqlMigrationAwareDriverAdapterFactory,
): Promise<SchemaEngine> {
  loaded ??= load()
  const { SchemaEngine } = await loaded
  const adapter = bindMigrationAwareSqlAdapterFactory(factory)
  return SchemaEngine.new(
    { datamodels: [['schema.prisma', schemaText()]] },
    () => undefined,
    adapter,
  )
}

function schemaText(): string {
  return readFileSync(SCHEMA, 'utf8')
}

function schema(text = schemaText()): { files: { path: string; content: string }[] } {
  return { files: [{ path: 'schema.prisma', content: text }] }
}

/** `prisma db push` */
export function push(engine: SchemaEngine): Promise<unknown> {
  return engine.schemaPush({ schema: schema(), force: true, filters: NOTHING_FILTERED })
}

/** `prisma migrate diff` from nothing to the schema: a migration's SQL. */
export async function script(engine: SchemaEngine): Promise<string> {
  const { stdout } = await engine.diff({
    from: { tag: 'empty' },
    to: { tag: 'schemaDatamodel', ...schema() },
    script: true,
    exitCode: null,
    filters: NOTHING_FILTERED,
  })
  return stdout ?? ''
}

/** `prisma db pull` */
export async function pull(engine: SchemaEngine): Promise<string[]> {
  const { schema: found } = await engine.introspect({
    schema: schema('datasource db {\n  provider = "postgresql"\n}\n'),
    baseDirectoryPath: '.',
    force: true,
    compositeTypeDepth: -1,
    namespaces: null,
  })
  return found.files[0]?.content.split('\n') ?? []
}

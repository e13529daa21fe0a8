/** Generates the Prisma client of test/applications/prisma when its schema is newer. Run by `npm test` and, as a set-up, by vitest. */
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const FOLDER = new URL('../test/applications/prisma/', import.meta.url)
const PRISMA = fileURLToPath(new URL('../node_modules/prisma/build/index.js', import.meta.url))
const generated = new URL('generated/client.ts', FOLDER)
const schema = new URL('schema.prisma', FOLDER)

export function generatePrismaClient(): void {
  if (existsSync(generated) && statSync(generated).mtimeMs > statSync(schema).mtimeMs) return
  const config = fileURLToPath(new URL('prisma.config.ts', FOLDER))
  const { status, stderr } = spawnSync(process.execPath, [PRISMA, 'generate', '--config', config], {
    encoding: 'utf8',
    // The schema engine is not needed for this; any program in its place keeps Prisma from downloading it.
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath },
  })
  if (status !== 0) throw new Error(`prisma generate failed:\n${stderr}`)
}

export { generatePrismaClient as setup }

if (process.argv[1] === fileURLToPath(import.meta.url)) generatePrismaClient()

#!/usr/bin/env node
/** `npx lakelet …`: runs the command under the project's own Node 24, whatever Node is on the path. */
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const setup = spawnSync(process.execPath, [join(root, 'scripts', 'setup.mjs')], {
  stdio: 'inherit',
})
if (setup.status !== 0) process.exit(setup.status ?? 1)
const node = join(root, 'node_modules', '.bin', 'node')
const { status } = spawnSync(
  node,
  [join(root, 'src', 'cli', 'main.ts'), ...process.argv.slice(2)],
  { stdio: 'inherit' },
)
process.exit(status ?? 1)

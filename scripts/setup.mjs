/**
 * Makes a fresh clone ready: installs the locked dependencies when they are missing and builds the parser module.
 * Plain JavaScript for Node 20: it runs before the project's own Node 24 is there. (npm puts node_modules/.bin first on
 * the path of every script, so what comes after it in the same script runs on Node 24.)
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const lockFile = join(root, 'package-lock.json')
const marker = join(root, 'node_modules', '.lakelet-setup')
const node = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')

function run(command, args) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exit(status ?? 1)
}

/** The marker holds the lock file's size and time as of the last install. */
function fingerprint() {
  const { size } = statSync(lockFile)
  return `${size}:${readFileSync(lockFile).reduce((sum, byte) => (sum * 31 + byte) >>> 0, 7)}`
}

const isInstalled =
  existsSync(marker) && existsSync(node) && readFileSync(marker, 'utf8') === fingerprint()
if (!isInstalled) {
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(marker, fingerprint())
}
run(node, [join(root, 'scripts', 'build-parser.ts')])

/**
 * PGlite in memory behind its own socket server. That package is pinned to another PGlite than the one the other benchmarks
 * use, so it has a folder of its own (`bench/sessions.ts` installs it). Prints its URL; ends with its parent.
 */
import { argv, exit, stdout } from 'node:process'

const [folder = ''] = argv.slice(2)
const load = (name: string): Promise<never> =>
  import(`${folder}/node_modules/@electric-sql/${name}/dist/index.js`) as Promise<never>

interface SocketServer {
  start(): Promise<void>
}
const { PGlite }: { PGlite: { create(): Promise<object> } } = await load('pglite')
const {
  PGLiteSocketServer,
}: {
  PGLiteSocketServer: new (options: {
    readonly db: object
    readonly host: string
    readonly port: number
    readonly maxConnections: number
  }) => SocketServer
} = await load('pglite-socket')

const PORT = 54_981
const db = await PGlite.create()
await new PGLiteSocketServer({ db, host: '127.0.0.1', port: PORT, maxConnections: 100 }).start()
stdout.write(`postgres://postgres:postgres@127.0.0.1:${PORT}/postgres?sslmode=disable\n`)
process.once('disconnect', () => exit())

/** `lakelet demo`: loads the Chinook music store into the running Lakelet and asks it a few questions. */
import { readFile } from 'node:fs/promises'
import '../sql/parse/libpg-query/load-in-node.ts'
import { batch, query } from './http-client.ts'
import type { Endpoint } from './http-client.ts'
import type { LocalOptions } from './options.ts'
import { printTable } from './print-table.ts'
import { runScript } from './sql-command.ts'

const SCRIPT = new URL('../../demo/chinook.sql', import.meta.url)
const SCHEMA_STATEMENT = 'SET search_path TO chinook'

const QUESTIONS: readonly { readonly title: string; readonly text: string }[] = [
  {
    title: 'Which artists sell best?',
    text: `SELECT artist.name, count(*) AS tracks_sold, sum(line.unit_price * line.quantity) AS revenue
FROM invoice_line AS line
JOIN track USING (track_id) JOIN album USING (album_id) JOIN artist USING (artist_id)
GROUP BY artist.name ORDER BY revenue DESC, artist.name LIMIT 5`,
  },
  {
    title: 'How did each year go, and what was the running total?',
    text: `SELECT extract(year FROM invoice_date) AS year, sum(total) AS revenue,
  sum(sum(total)) OVER (ORDER BY extract(year FROM invoice_date)) AS running_total
FROM invoice GROUP BY 1 ORDER BY 1`,
  },
  {
    title: 'The longest album of each of three genres, as JSON',
    text: `SELECT genre.name AS genre, longest.album
FROM genre CROSS JOIN LATERAL (
  SELECT json_build_object('title', album.title, 'minutes', round(sum(track.milliseconds) / 60000.0, 1)) AS album
  FROM track JOIN album USING (album_id) WHERE track.genre_id = genre.genre_id
  GROUP BY album.album_id, album.title ORDER BY sum(track.milliseconds) DESC LIMIT 1
) AS longest
WHERE genre.name IN ('Rock', 'Jazz', 'Classical') ORDER BY genre.name`,
  },
]

export async function demo(local: LocalOptions): Promise<number> {
  const endpoint: Endpoint = {
    url: `http://${local.host}:${local.port}/sql`,
    connectionString: local.connectionString,
  }
  if (!(await isReachable(local))) {
    throw new Error(
      `nothing answers on http://${local.host}:${local.port}: run npm start in another terminal first`,
    )
  }
  const code = await load(endpoint)
  if (code !== 0) return code
  for (const { title, text } of QUESTIONS) {
    process.stdout.write(`\n-- ${title}\n${text};\n\n`)
    const [, answer] = await batch(endpoint, [SCHEMA_STATEMENT, text])
    if (answer !== undefined) process.stdout.write(printTable(answer))
  }
  return 0
}

async function isReachable({ host, port }: LocalOptions): Promise<boolean> {
  const response = await fetch(`http://${host}:${port}/health`).catch(() => undefined)
  return response?.ok === true
}

/** Into a schema of its own; loaded once. */
async function load(endpoint: Endpoint): Promise<number> {
  const { rows } = await query(endpoint, "SELECT 1 FROM pg_namespace WHERE nspname = 'chinook'")
  if (rows.length > 0) return 0
  const script = await readFile(SCRIPT, 'utf8')
  const tables = script.slice(script.indexOf('\\c chinook_serial;'))
  return runScript(
    endpoint,
    'chinook.sql',
    `CREATE SCHEMA chinook;\n${SCHEMA_STATEMENT};\n${tables}`,
  )
}

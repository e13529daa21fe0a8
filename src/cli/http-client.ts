/** The least client of `POST /sql` that the command line needs. */

export interface QueryAnswer {
  readonly fields: readonly { readonly name: string }[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly command: string
  readonly rowCount: number | null
}

/** A statement failed on the server: PostgreSQL's error fields. */
export class ServerError extends Error {
  readonly code: string
  readonly detail: string | undefined
  readonly hint: string | undefined
  readonly position: number | undefined
  readonly where: string | undefined

  constructor(fields: Readonly<Record<string, string | null>>) {
    super(fields['message'] ?? 'unknown error')
    this.code = fields['code'] ?? ''
    this.detail = fields['detail'] ?? undefined
    this.hint = fields['hint'] ?? undefined
    this.position = fields['position'] === null ? undefined : Number(fields['position'])
    this.where = fields['where'] ?? undefined
  }
}

export interface Endpoint {
  readonly url: string
  readonly connectionString: string
}

export async function query(endpoint: Endpoint, text: string): Promise<QueryAnswer> {
  return (await post(endpoint, { query: text, params: [] })) as QueryAnswer // the protocol's answer to one query
}

/** Several statements as one transaction. */
export async function batch(
  endpoint: Endpoint,
  texts: readonly string[],
): Promise<readonly QueryAnswer[]> {
  const body = { queries: texts.map((text) => ({ query: text, params: [] })) }
  const { results } = (await post(endpoint, body)) as { results: readonly QueryAnswer[] } // the answer to a batch
  return results
}

async function post(endpoint: Endpoint, body: unknown): Promise<unknown> {
  const response = await fetch(endpoint.url, {
    method: 'POST',
    headers: {
      'Neon-Connection-String': endpoint.connectionString,
      'Neon-Raw-Text-Output': 'true',
      'Neon-Array-Mode': 'true',
    },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (response.status === 400)
    throw new ServerError(JSON.parse(text) as Record<string, string | null>) // an error body
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${text}`)
  return JSON.parse(text)
}

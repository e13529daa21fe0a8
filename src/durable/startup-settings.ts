/** Settings of a session out of a connection string's parameters; `options=-c name=value` may carry more. */

/** Parameters for the client's own ears. */
const CLIENT_ONLY: ReadonlySet<string> = new Set([
  'sslmode',
  'sslnegotiation',
  'channel_binding',
  'connect_timeout',
  'pgbouncer',
  'pool_timeout',
  'connection_limit',
  'schema',
  'endpoint',
])
const OPTION = /(?:-c\s*|--)([\w.-]+)=((?:\\.|\S)*)/g

export function startupSettings(
  parameters: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const settings = new Map<string, string>()
  for (const [name, value] of Object.entries(parameters)) {
    if (name === 'options') addOptions(settings, value)
    else if (!CLIENT_ONLY.has(name)) settings.set(name, value)
  }
  return settings
}

function addOptions(settings: Map<string, string>, options: string): void {
  for (const [, name = '', value = ''] of options.matchAll(OPTION)) {
    settings.set(name.replaceAll('-', '_'), value.replaceAll(/\\(.)/g, '$1'))
  }
}

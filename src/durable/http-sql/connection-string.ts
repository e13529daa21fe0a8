/**
 * Which branch, database and role a connection string means.
 *
 *   postgresql://role:password@main--local.example.com/app?options=…   branch main of project local
 *   postgres://role:password@localhost/app                              the default project's main branch
 */
import type { BranchAddress, BranchLogin } from '../branch-request.ts'
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'

export interface ConnectionTarget {
  readonly login: BranchLogin
  /** Query parameters: startup parameters such as application_name or options. */
  readonly parameters: Readonly<Record<string, string>>
}

const DEFAULT_BRANCH = 'main'
/** DNS labels, so that every name can stand in a host. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** Raises 08P01 for a string that cannot be read, 3D000 for a host that names no branch. */
export function parseConnectionString(text: string, defaultProject: string): ConnectionTarget {
  const url = parseUrl(text)
  const role = decode(url.username)
  if (role === '') throw invalid('the role is missing')
  const database = decode(url.pathname.slice(1))
  return {
    login: {
      ...branchOfHost(url.hostname, defaultProject),
      database: database === '' ? role : database,
      role,
      password: decode(url.password),
    },
    parameters: Object.fromEntries(url.searchParams),
  }
}

function parseUrl(text: string): URL {
  // The scheme is replaced because URL parses hosts of unknown schemes differently.
  const match = /^postgres(?:ql)?:\/\//.exec(text)
  if (match === null) throw invalid('it must begin with postgresql://')
  try {
    return new URL(`http://${text.slice(match[0].length)}`)
  } catch {
    throw invalid('it is not a URL')
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('it is not properly percent-encoded')
  }
}

/** Raises 3D000 for a host that names no branch. */
export function branchOfHost(host: string, defaultProject: string): BranchAddress {
  if (host === 'localhost' || host === '127.0.0.1' || host === '[::1]') {
    return { project: defaultProject, branch: DEFAULT_BRANCH }
  }
  const label = host.split('.')[0] ?? ''
  const separator = label.lastIndexOf('--')
  const branch = label.slice(0, Math.max(0, separator))
  const project = label.slice(separator + 2)
  if (separator <= 0 || !NAME.test(branch) || !NAME.test(project)) {
    throw new SqlError(SQLSTATE.INVALID_CATALOG_NAME, `host "${host}" names no branch`, {
      hint: 'The first label of the host must be <branch>--<project>.',
    })
  }
  return { project, branch }
}

function invalid(reason: string): SqlError {
  return new SqlError(SQLSTATE.PROTOCOL_VIOLATION, `invalid connection string: ${reason}`)
}

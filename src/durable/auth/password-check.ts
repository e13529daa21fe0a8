/**
 * Who may come in: checks a role's cleartext password against its stored SCRAM secret. A password that was right is remembered
 * (as a digest under a key of this object's own) until the catalog changes, since deriving keys costs about a millisecond.
 */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import { CollectedResults } from '../../sql/session/statement-result.ts'
import type { Branch } from '../branch.ts'
import { createScramSecret, parseScramSecret, verifyPassword } from './scram-secret.ts'

/** Checked against when the role has no secret, so that the time taken does not tell whether it exists. */
const DUMMY_SALT_BYTES = 16

export class PasswordCheck {
  readonly #branch: Branch
  readonly #superuser: string
  #accepted = new Set<string>()
  #acceptedVersion = -1
  #dummySecret: Promise<string> | undefined

  constructor(branch: Branch, superuser: string) {
    this.#branch = branch
    this.#superuser = superuser
  }

  /** Raises 28P01 unless the password is the role's. */
  async verify(role: string, password: string): Promise<void> {
    await this.#branch.refresh()
    const version = this.#branch.catalog?.version ?? -1
    if (version !== this.#acceptedVersion) {
      this.#accepted = new Set()
      this.#acceptedVersion = version
    }
    const key = `${role}\0${password}`
    if (this.#accepted.has(key)) return
    if (!(await this.#isRight(role, password))) {
      throw new SqlError(SQLSTATE.INVALID_PASSWORD, `password authentication failed for user "${role}"`)
    }
    this.#accepted.add(key)
  }

  async #isRight(role: string, password: string): Promise<boolean> {
    const stored = await this.#storedSecret(role)
    const secret = parseScramSecret(stored ?? (await this.#dummy()))
    if (secret === undefined) return false
    const isRight = await verifyPassword(secret, password)
    return isRight && stored !== undefined
  }

  async #storedSecret(role: string): Promise<string | undefined> {
    const results = await this.#run(
      'SELECT rolpassword FROM pg_catalog.pg_authid WHERE rolname = $1 AND rolcanlogin',
      [role],
    )
    return results.results[0]?.rows[0]?.[0] ?? undefined
  }

  /** Gives the role a password. */
  async set(role: string, password: string): Promise<void> {
    const secret = await createScramSecret(password, (length) => this.#branch.randomBytes(length))
    const name = `"${role.replaceAll('"', '""')}"`
    await this.#run(`ALTER ROLE ${name} PASSWORD '${secret}'`, [])
  }

  #dummy(): Promise<string> {
    this.#dummySecret ??= createScramSecret('', () => new Uint8Array(DUMMY_SALT_BYTES))
    return this.#dummySecret
  }

  async #run(statement: string, parameters: readonly string[]): Promise<CollectedResults> {
    const session = this.#branch.newSession({ user: this.#superuser })
    const results = new CollectedResults()
    try {
      await this.#branch.run(session.execute(statement, parameters, results))
    } finally {
      session.close()
    }
    return results
  }
}

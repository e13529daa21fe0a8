/** What every DDL command works with: the catalog (with the statement's own changes), storage, session and services. */
import { SqlError } from '../../errors/sql-error.ts'
import type { TransactionAccess } from '../../storage/access.ts'
import type { Oid } from '../catalog/catalog.ts'
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.ts'
import { CatalogWriter } from '../catalog/store/catalog-writer.ts'
import type { EvaluationSession } from '../execute/evaluation-session.ts'
import type { RoleName } from '../parse/ast/common.ts'
import type { DdlServices } from './ddl-services.ts'

export interface CommandOptions {
  readonly access: TransactionAccess
  readonly catalog: CatalogSnapshot
  readonly session: EvaluationSession
  readonly services: DdlServices
  /** The session's own schema for temporary objects, pg_temp_<n>; made on first use. */
  readonly temporarySchema: string
}

export interface CommandResult {
  /** 'CREATE TABLE', 'SELECT 3' … */
  readonly tag: string
  /** What the catalog is now. */
  readonly catalog: CatalogSnapshot
}

export class CommandContext {
  readonly access: TransactionAccess
  readonly writer: CatalogWriter
  readonly session: EvaluationSession
  readonly services: DdlServices
  readonly temporarySchema: string
  /** Inside CREATE SCHEMA: the new schema, where its elements go and look first. */
  newSchema: string | undefined

  constructor(options: CommandOptions) {
    this.access = options.access
    this.writer = new CatalogWriter(options.access, options.catalog)
    this.session = options.session
    this.services = options.services
    this.temporarySchema = options.temporarySchema
  }

  /** The catalog with everything that this statement has written so far. */
  get catalog(): CatalogSnapshot {
    return this.writer.catalog
  }

  /** Where names without a schema are looked up; the session's temporary schema comes first once it exists. */
  get searchPath(): readonly string[] {
    const { newSchema } = this
    const path =
      newSchema === undefined ? this.session.searchPath : [newSchema, ...this.session.searchPath]
    if (path.includes(this.temporarySchema) || !this.catalog.hasSchema(this.temporarySchema))
      return path
    return [this.temporarySchema, ...path]
  }

  /** The role that owns what is created. */
  get owner(): Oid {
    return this.roleOid(this.session.currentUser)
  }

  roleOid(name: string): Oid {
    const role = this.catalog.findRole(name)
    if (role === undefined) throw new SqlError('42704', `role "${name}" does not exist`)
    return role.oid
  }

  /** A role as written in a statement. */
  resolveRole(role: RoleName): Oid {
    switch (role.kind) {
      case 'currentRole':
      case 'currentUser':
        return this.roleOid(this.session.currentUser)
      case 'sessionUser':
        return this.roleOid(this.session.sessionUser)
      case 'public':
        throw new SqlError('42704', 'role "public" does not exist')
      case 'named':
        return this.roleOid(role.name)
    }
  }

  notice(message: string, fields: { code?: string; detail?: string; hint?: string } = {}): void {
    this.session.notice('NOTICE', fields.code ?? '00000', message, fields.detail, fields.hint)
  }
}

/** The Durable Object of a project: which branches it has. The control plane grows here. */
import { DurableObject } from 'cloudflare:workers'

export class ProjectObject extends DurableObject {
  /** Names of the project's branches, oldest first. */
  branches(): readonly string[] {
    return [...(this.ctx.storage.kv.get<readonly string[]>('branches') ?? [])]
  }

  /** Idempotent: a branch that exists already stays as it is. */
  register(branch: string): void {
    const branches = this.branches()
    if (!branches.includes(branch)) this.ctx.storage.kv.put('branches', [...branches, branch])
  }
}

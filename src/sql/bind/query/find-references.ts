/** Looks through syntax trees for uses of a table name, without regard to inner WITH tables that hide it. */

/** Syntax trees are plain data: walking their fields generically keeps this independent of the grammar. */
export function countReferences(node: unknown, name: string): number {
  if (Array.isArray(node)) {
    return node.reduce((sum: number, one: unknown) => sum + countReferences(one, name), 0)
  }
  if (typeof node !== 'object' || node === null) return 0
  if (isTable(node, name)) return 1
  let count = 0
  for (const value of Object.values(node)) {
    if (typeof value === 'object' && value !== null) count += countReferences(value, name)
  }
  return count
}

export function referencesTable(node: unknown, name: string): boolean {
  return countReferences(node, name) > 0
}

function isTable(node: object, name: string): boolean {
  if (!('kind' in node) || node.kind !== 'table' || !('relation' in node)) return false
  const { relation } = node
  if (typeof relation !== 'object' || relation === null || !('name' in relation)) return false
  const schema = 'schema' in relation ? relation.schema : undefined
  return relation.name === name && schema === undefined
}

/** Positions of all uses, in the order of the text. */
export function findReferences(node: unknown, name: string): readonly (number | undefined)[] {
  if (typeof node !== 'object' || node === null) return []
  if (!Array.isArray(node) && isTable(node, name)) {
    return ['position' in node && typeof node.position === 'number' ? node.position : undefined]
  }
  return Object.values(node)
    .flatMap((value) => findReferences(value, name))
    .toSorted((a, b) => (a ?? 0) - (b ?? 0))
}

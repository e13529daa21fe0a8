/** Arrays of text in their text form ('{a,"b c"}'), as catalog rows hold them. One dimension, no nulls. */

export function parseTextArray(text: string | null): string[] {
  if (text === null || text.length <= 2) return []
  const elements: string[] = []
  const pattern = /"((?:[^"\\]|\\.)*)"|([^,{}]+)/g
  for (const [, quoted, plain] of text.slice(1, -1).matchAll(pattern)) {
    elements.push(quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1'))
  }
  return elements
}

export function formatTextArray(elements: readonly string[]): string {
  return `{${elements.map(formatElement).join(',')}}`
}

function formatElement(element: string): string {
  if (element !== '' && !/[\s"{},\\]/.test(element) && element.toLowerCase() !== 'null')
    return element
  return `"${element.replace(/["\\]/g, '\\$&')}"`
}

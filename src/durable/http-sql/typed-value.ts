/**
 * Values as typed JSON, for clients that do not ask for raw text: booleans, numbers and JSON become themselves, arrays become
 * JSON arrays, everything else stays PostgreSQL's text in a JSON string.
 */

const BOOL = 16
const NUMBERS: ReadonlySet<number> = new Set([21, 23, 700, 701]) // int2 int4 float4 float8
const JSONS: ReadonlySet<number> = new Set([114, 3802])
/** Array type → element type, for the element types that are not strings. */
const ELEMENTS: Readonly<Record<number, number>> = {
  1000: BOOL,
  1005: 21,
  1007: 23,
  1021: 700,
  1022: 701,
  199: 114,
  3807: 3802,
}
/** Arrays of other built-in types: their elements are strings. */
const STRING_ARRAYS: ReadonlySet<number> = new Set([
  1001, 1002, 1003, 1009, 1014, 1015, 1016, 1028, 1115, 1182, 1183, 1185, 1187, 1231, 1270, 1561,
  1563, 2951,
])

/** JSON text of a value given in PostgreSQL's text form. */
export function typedValue(type: number, text: string): string {
  if (type === BOOL) return text === 't' ? 'true' : 'false'
  if (NUMBERS.has(type)) return Number.isFinite(Number(text)) ? text : JSON.stringify(text)
  if (JSONS.has(type)) return text
  const element = ELEMENTS[type]
  if (element !== undefined || STRING_ARRAYS.has(type)) return arrayJson(text, element ?? 0)
  return JSON.stringify(text)
}

/** An array literal ('{1,NULL,{"a b"}}', perhaps with a bounds prefix) as a JSON array. */
function arrayJson(text: string, element: number): string {
  const start = text.startsWith('[') ? text.indexOf('=') + 1 : 0
  let json = ''
  let at = start
  while (at < text.length) {
    const char = text[at]!
    if (char === '{' || char === '}' || char === ',') {
      json += char === '{' ? '[' : char === '}' ? ']' : ','
      at++
      continue
    }
    const item = readItem(text, at)
    json += !item.isQuoted && item.value === 'NULL' ? 'null' : typedValue(element, item.value)
    at = item.end
  }
  return json
}

function readItem(text: string, start: number): { value: string; isQuoted: boolean; end: number } {
  if (text[start] !== '"') {
    let end = start
    while (end < text.length && text[end] !== ',' && text[end] !== '}') end++
    return { value: text.slice(start, end), isQuoted: false, end }
  }
  let value = ''
  let at = start + 1
  while (text[at] !== '"') {
    if (text[at] === '\\') at++
    value += text[at]!
    at++
  }
  return { value, isQuoted: true, end: at + 1 }
}

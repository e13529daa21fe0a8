/** WITH (name = value, …) as reloptions keeps it: '{fillfactor=70,…}'. */
import type { Option, OptionValue } from '../../parse/ast/common.ts'
import { formatTextArray } from '../../catalog/describe/text-array.ts'

export function optionText(value: OptionValue | undefined): string {
  if (value === undefined) return 'true'
  switch (value.kind) {
    case 'string':
      return value.value
    case 'integer':
    case 'boolean':
      return String(value.value)
    case 'number':
      return value.text
    case 'type':
      return value.type.name
    case 'role':
      return value.role.name
    case 'star':
      return '*'
    case 'list':
      return value.items.map(optionText).join(', ')
    case 'option':
      return value.option.name
  }
}

export function optionList(options: readonly Option[]): readonly string[] {
  return options
    .filter((option) => option.namespace === undefined)
    .map((option) => `${option.name}=${optionText(option.value)}`)
}

export function formatOptions(options: readonly Option[]): string | null {
  const list = optionList(options)
  return list.length === 0 ? null : formatTextArray(list)
}

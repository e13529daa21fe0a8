/** Computes expressions over each batch; columns that are passed on cost nothing. */
import type { BatchStream } from '../../../../storage/task.ts'
import type { Vector } from '../../../../storage/vector.ts'
import type { ProjectNode } from '../../../plan/plan-node.ts'
import { compileAll } from '../../expression/compile-expression.ts'
import { makeOperator, type Operator, type Preparation } from '../operator.ts'

export function prepareProject(node: ProjectNode, preparation: Preparation): Operator {
  const input = preparation.prepare(node.input)
  if (passesAll(node, input)) {
    return makeOperator(node.output, preparation.catalog, (context) => input.run(context))
  }
  const kernels = compileAll(node.expressions, input.layout, preparation.compilation)
  return makeOperator(node.output, preparation.catalog, function* project(context): BatchStream {
    for (const item of input.run(context)) {
      if (item.kind !== 'batch') {
        yield item
        continue
      }
      const columns = new Array<Vector>(kernels.length)
      for (let i = 0; i < kernels.length; i++) columns[i] = kernels[i](item, context)
      yield { kind: 'batch', length: item.length, columns }
    }
  })
}

/** Only gives the input's columns, in their order, other names. */
function passesAll({ expressions }: ProjectNode, { output }: Operator): boolean {
  return (
    expressions.length === output.length &&
    expressions.every((one, i) => one.kind === 'column' && one.column === output[i].id)
  )
}

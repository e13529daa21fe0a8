/** Functions, procedures, triggers and anonymous blocks as written. */
import type { Expression, FunctionCall } from './expression.ts'
import type { Located, QualifiedName, RelationName, TypeName } from './common.ts'
import type { Statement } from './statement.ts'

export interface CreateFunctionStatement extends Located {
  readonly kind: 'createFunction'
  readonly isProcedure: boolean
  readonly orReplace: boolean
  readonly name: QualifiedName
  readonly parameters: readonly FunctionParameter[]
  /**
   * absent: procedures, and functions whose result is given by OUT parameters; RETURNS TABLE makes
   * 'table' parameters.
   */
  readonly returns?: TypeName | undefined
  readonly options: readonly RoutineOption[]
  /** BEGIN ATOMIC … END or RETURN expression. */
  readonly body?: SqlBody | undefined
}
export type SqlBody =
  | { readonly kind: 'return'; readonly expression: Expression }
  | { readonly kind: 'atomic'; readonly statements: readonly (Statement | SqlReturn)[] }
export interface SqlReturn {
  readonly kind: 'return'
  readonly expression: Expression
}
export interface FunctionParameter extends Located {
  readonly name?: string | undefined
  readonly type: TypeName
  readonly mode: 'in' | 'out' | 'inout' | 'variadic' | 'table'
  readonly default?: Expression | undefined
}
/** One clause of CREATE / ALTER FUNCTION. */
export type RoutineOption = Located &
  /** AS 'body', or AS 'object file', 'symbol' */
  (
    | { readonly kind: 'as'; readonly source: string; readonly symbol?: string | undefined }
    | { readonly kind: 'language'; readonly language: string }
    | { readonly kind: 'volatility'; readonly volatility: 'immutable' | 'stable' | 'volatile' }
    | {
        readonly kind: 'strict' | 'securityDefiner' | 'leakproof' | 'window'
        readonly value: boolean
      }
    | { readonly kind: 'cost' | 'rows'; readonly value: string }
    | { readonly kind: 'parallel' | 'support'; readonly value: string }
    | { readonly kind: 'set'; readonly setting: SettingChange }
    | { readonly kind: 'transform'; readonly types: readonly TypeName[] }
  )
/** SET name TO value, RESET name …, as in function and role options. */
export type SettingChange =
  | {
      readonly kind: 'value'
      readonly name: string
      /**
       * Each item is a literal, a cast interval literal for TIME ZONE, or a bare word as a string.
       */
      readonly values: readonly Expression[]
    }
  | { readonly kind: 'default' | 'current' | 'reset'; readonly name: string }
  | { readonly kind: 'resetAll' }

export interface AlterFunctionStatement extends Located {
  readonly kind: 'alterFunction'
  readonly objectType: 'function' | 'procedure' | 'routine' | 'aggregate'
  readonly function: RoutineReference
  readonly options: readonly RoutineOption[]
}
/** A function named by its argument types: f(int, text). */
export interface RoutineReference extends QualifiedName {
  /** absent: written without parentheses; the name must be unique. */
  readonly args?: readonly FunctionParameter[] | undefined
}

export interface CreateTriggerStatement extends Located {
  readonly kind: 'createTrigger'
  readonly name: string
  readonly table: RelationName
  readonly orReplace: boolean
  readonly isConstraint: boolean
  readonly function: QualifiedName
  readonly args: readonly string[]
  readonly level: 'row' | 'statement'
  readonly timing: 'before' | 'after' | 'insteadOf'
  readonly events: readonly ('insert' | 'update' | 'delete' | 'truncate')[]
  /** UPDATE OF columns */
  readonly columns: readonly string[]
  readonly when?: Expression | undefined
  readonly transitions: readonly {
    readonly name: string
    readonly isNew: boolean
    readonly isTable: boolean
  }[]
  readonly deferrable: boolean
  readonly initiallyDeferred: boolean
  readonly constraintTable?: RelationName | undefined
}
/** DO [LANGUAGE name] 'code' */
export interface DoStatement extends Located {
  readonly kind: 'do'
  readonly source: string
  readonly language: string
}
export interface CallStatement extends Located {
  readonly kind: 'call'
  readonly call: FunctionCall
}
export type RoutineStatement =
  | CreateFunctionStatement
  | AlterFunctionStatement
  | CreateTriggerStatement
  | DoStatement
  | CallStatement

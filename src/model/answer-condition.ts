import { Environment } from '@marcbachmann/cel-js'

/*
 * Conditions about one answer of a system: CEL over `op`, `status`, `headers` and `body`. Part of a description: the contract
 * checks them, the connector asks them.
 */

export interface AnswerFacts {
  /** `list`, `read`, `create`, `update`, `delete`, `verify`. */
  readonly op: string
  readonly status: bigint
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

const environment = new Environment({
  unlistedVariablesAreDyn: false,
  limits: { maxAstNodes: 200, maxDepth: 24, maxListElements: 100, maxMapEntries: 100, maxCallArguments: 16 },
})
  .registerVariable('op', 'string')
  .registerVariable('status', 'int')
  .registerVariable('headers', 'map')
  .registerVariable('body', 'dyn')

/** Why a text is no condition, or null. */
export function conditionFault(source: string): string | null {
  try {
    const checked = environment.parse(source).check()
    if (!checked.valid) return firstLine(checked.error)
    return checked.type === 'bool' || checked.type === 'dyn' ? null : `it gives a ${checked.type}, not yes or no`
  } catch (error) {
    return firstLine(error)
  }
}

/** The condition as a question. What cannot be asked of an answer, because a part is not there, does not hold. */
export function compileCondition(source: string): (facts: AnswerFacts) => boolean {
  const program = environment.parse(source)
  return (facts) => {
    try {
      return program({ ...facts }) === true
    } catch {
      return false
    }
  }
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]!.replace(/[.:]?$/, '')

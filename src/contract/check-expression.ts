import type { Findings } from './findings.ts'
import type { ScalarNode } from './node.ts'

/** Reports an expression that is empty. */
export function checkExpression(findings: Findings, expression: ScalarNode, _side: 'read' | 'write'): boolean {
  if (expression.text.trim() !== '') return true
  findings.error(
    expression.place,
    'bad-expression',
    'The expression is empty.',
    "Write an expression such as `street + ', ' + city`.",
  )
  return false
}

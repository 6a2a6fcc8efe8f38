import { compileExpression, expressionColumns } from '../expression/expression.ts'
import type { Findings } from '../text/findings.ts'
import { placeInText, type ScalarNode } from '../text/node.ts'

/** Reports an expression that does not type-check, at the place inside it; true when it is good. */
export function checkExpression(findings: Findings, expression: ScalarNode, side: 'read' | 'write'): boolean {
  const { text } = expression
  const compiled = compileExpression(text, side === 'read' ? expressionColumns(text) : ['value'])
  if (compiled.ok) return true
  const place = placeInText(expression, Math.min(compiled.offset, text.length))
  const message = compiled.message.replace(/[.:]?$/, '')
  findings.error(
    place,
    'bad-expression',
    `This expression is not valid: ${message}.`,
    side === 'read'
      ? "An expression calculates with the columns of the record, e.g. `street + ', ' + city` or `text(number(cents) / 100)`."
      : 'An expression of `write` calculates with `value`, the agreed value, e.g. `text(number(value) * 100)`.',
  )
  return false
}

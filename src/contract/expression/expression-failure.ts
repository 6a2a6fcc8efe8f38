import { tellWhy, type Why } from '../../model/why.ts'

/** Thrown where an expression cannot go on with the values that it has. */
export class ExpressionFailure extends Error {
  readonly why: Why

  constructor(why: Why, options?: ErrorOptions) {
    super(tellWhy(why, 'en'), options)
    this.why = why
  }
}

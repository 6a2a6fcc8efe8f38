import type { Agreement } from './report.ts'

/** Several flows' numbers as one. */
export function together(agreements: readonly Agreement[]): Agreement {
  const sum = (of: keyof Agreement): number => agreements.reduce((all, one) => all + one[of], 0)
  return {
    in_agreement: sum('in_agreement'),
    allowed_differences: sum('allowed_differences'),
    waiting: sum('waiting'),
    needs_decision: sum('needs_decision'),
    left_out: sum('left_out'),
  }
}

/** Number of all records. */
export const totalOf = ({ in_agreement, waiting, needs_decision, left_out }: Agreement): number =>
  in_agreement + waiting + needs_decision + left_out

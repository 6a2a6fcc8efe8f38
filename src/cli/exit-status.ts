import { ConcordatError, type ErrorCode } from '../model/errors.ts'

/** What the process tells its caller; the same for every command, see `EXIT_STATUS_HELP`. */
export const EXIT = { done: 0, failed: 1, undecided: 2, waiting: 3, interrupted: 130 } as const

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT]

/** Printed below the help of every command. */
export const EXIT_STATUS_HELP = `Exit status:
  0    done; no case is open
  1    failed, or the command is invalid
  2    the contract is invalid, has an open question, or is not signed
  3    done, but cases are open
  130  interrupted with Ctrl-C`

const CONTRACT_ERRORS: ReadonlySet<ErrorCode> = new Set([
  'contract.invalid',
  'contract.undecided',
  'contract.unsigned',
  'contract.unreadable',
])

/** The exit status that an error stands for. */
export function exitStatusOf(error: unknown): ExitStatus {
  return error instanceof ConcordatError && CONTRACT_ERRORS.has(error.code) ? EXIT.undecided : EXIT.failed
}

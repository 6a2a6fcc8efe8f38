import * as clack from '@clack/prompts'
import { Cancelled } from './cancelled.ts'

/** Asks a person. Every question can be given up with Ctrl-C, which throws `Cancelled`. */
export interface Prompter {
  /** `check` says what is wrong with an answer; the question is then asked again. */
  text(
    question: string,
    given?: {
      initial?: string
      placeholder?: string
      secret?: boolean
      optional?: boolean
      check?: (text: string) => string | undefined
    },
  ): Promise<string>
  choose(question: string, options: readonly Choice[]): Promise<string>
  /** `initial`: what is chosen beforehand. */
  chooseMany(question: string, options: readonly Choice[], initial: readonly string[]): Promise<readonly string[]>
  confirm(question: string): Promise<boolean>
}

export interface Choice {
  readonly value: string
  readonly label: string
  readonly hint?: string
}

const MOST_SHOWN = 15

/** Asks on the terminal of the process. */
export function terminalPrompter(): Prompter {
  const answered = <T>(answer: T | typeof clack.CANCEL_SYMBOL): T => {
    if (clack.isCancel(answer)) throw new Cancelled('Given up.')
    return answer
  }
  const options = (choices: readonly Choice[]) => choices.map((choice) => ({ ...choice }))
  return {
    async text(message, { initial, placeholder, secret, optional, check } = {}) {
      const validate = (value: string | undefined) =>
        value?.trim() ? check?.(value.trim()) : optional ? undefined : 'Please enter a value.'
      const answer = secret
        ? await clack.password({ message, validate })
        : await clack.text({
            message,
            validate,
            ...(initial === undefined ? {} : { initialValue: initial }),
            ...(placeholder === undefined ? {} : { placeholder }),
          })
      return (answered<string | undefined>(answer) ?? '').trim()
    },
    choose: async (message, choices) =>
      answered(await clack.select<string>({ message, options: options(choices), maxItems: MOST_SHOWN })),
    chooseMany: async (message, choices, initial) =>
      answered(
        await clack.multiselect<string>({
          message,
          options: options(choices),
          initialValues: [...initial],
          maxItems: MOST_SHOWN,
          required: true,
        }),
      ),
    confirm: async (message) => answered(await clack.confirm({ message })),
  }
}

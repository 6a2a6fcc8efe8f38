import * as clack from '@clack/prompts'
import { Cancelled } from './cancelled.ts'

/** Asks a person. Every question can be given up with Ctrl-C, which throws `Cancelled`. */
export interface Prompter {
  text(
    question: string,
    given?: { initial?: string; placeholder?: string; secret?: boolean; optional?: boolean },
  ): Promise<string>
  choose(question: string, options: readonly Choice[]): Promise<string>
  chooseMany(question: string, options: readonly Choice[]): Promise<readonly string[]>
  confirm(question: string): Promise<boolean>
}

export interface Choice {
  readonly value: string
  readonly label: string
  readonly hint?: string
}

/** Asks on the terminal of the process. */
export function terminalPrompter(): Prompter {
  const answered = <T>(answer: T | typeof clack.CANCEL_SYMBOL): T => {
    if (clack.isCancel(answer)) throw new Cancelled('Given up.')
    return answer
  }
  const options = (choices: readonly Choice[]) => choices.map((choice) => ({ ...choice }))
  const validate = (value: string | undefined) => (value?.trim() ? undefined : 'Please write something.')
  return {
    async text(message, { initial, placeholder, secret, optional } = {}) {
      const answer = secret
        ? await clack.password({ message, ...(!optional && { validate }) })
        : await clack.text({
            message,
            validate,
            ...(initial === undefined ? {} : { initialValue: initial }),
            ...(placeholder === undefined ? {} : { placeholder }),
          })
      return (answered<string | undefined>(answer) ?? '').trim()
    },
    choose: async (message, choices) => answered(await clack.select<string>({ message, options: options(choices) })),
    chooseMany: async (message, choices) =>
      answered(
        await clack.multiselect<string>({
          message,
          options: options(choices),
          initialValues: choices.map((choice) => choice.value),
          required: true,
        }),
      ),
    confirm: async (message) => answered(await clack.confirm({ message })),
  }
}

import { type Named, ownersOf, type Owners, readPerson } from '../../contract/proposal/owners.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { Prompter } from './prompter.ts'

const PERSON = 'Write a name and an e-mail address, such as Ana Ruiz <ana@company.example>.'

/** The owners that the options name; the technical owner is the business owner unless another is named. */
export function namedOwners(options: { readonly business?: string; readonly technical?: string }): Owners | null {
  const { business = options.technical, technical = business } = options
  if (business === undefined || technical === undefined) return null
  const read = (option: string, text: string): Named => {
    const person = readPerson(text)
    if (person !== null) return person
    throw new ConcordatError('cli.usage', `--${option} names no person.`, { cure: PERSON })
  }
  return ownersOf(read('business', business), read('technical', technical))
}

/** Asks for the two owners. */
export async function askOwners(prompter: Prompter): Promise<Owners> {
  const check = (text: string): string | undefined => (readPerson(text) === null ? PERSON : undefined)
  const business = await prompter.text('Who is the business owner? Name and e-mail address', {
    placeholder: 'Ana Ruiz <ana@company.example>',
    check,
  })
  const technical = await prompter.text(
    'Who is the technical owner? Name and e-mail address (Enter: the same person)',
    {
      initial: business,
      check,
    },
  )
  return ownersOf(readPerson(business)!, readPerson(technical)!)
}

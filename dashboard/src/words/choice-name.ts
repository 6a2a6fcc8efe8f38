import { t } from './words.ts'

/** What a choice of a case is called. Some name a record as well (`link 10002`): their sentence says which. */
export function choiceName(choice: string): string {
  const [word = choice] = choice.split(' ')
  return t.choices[word as keyof typeof t.choices] ?? choice
}

import { t } from './words.ts'

/**
 * What a choice of a case is called, or what it was answered with. Some name a record as well (`link 10002`): their
 * sentence says which. `value:…` gave a value, `settled by itself` took nobody.
 */
export function choiceName(choice: string): string {
  const given = /^value:(.*)$/s.exec(choice)?.[1]
  if (given !== undefined) return given === '' ? t.choices.value : `${t.choices.value} (${given})`
  const settled = /^settled by itself(?:: (.*))?$/.exec(choice)
  if (settled) {
    const why = t.settledBecause[settled[1] as keyof typeof t.settledBecause]
    return why === undefined ? t.settledByItself : `${t.settledByItself}: ${why}`
  }
  const [word = choice] = choice.split(' ')
  return t.choices[word as keyof typeof t.choices] ?? choice
}

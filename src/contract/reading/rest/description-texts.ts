import { templateNames } from '../../../model/template.ts'
import { parseDuration } from '../../schedule/duration.ts'
import type { Findings } from '../../text/findings.ts'
import { didYouMean } from '../../text/near-miss.ts'
import { type MapNode, placeOf, plainPlace } from '../../text/node.ts'

/* Texts of a description with their places, and what is wrong with them. */

export type Path = readonly (string | number)[]

export interface DescriptionContext {
  readonly findings: Findings
  readonly node: MapNode
  /** Names of the settings of the system, which templates may name. */
  readonly settings: readonly string[]
  /** Parts of it were not of the right shape and are left out: what is missing may have been there. */
  readonly broken: boolean
}

/** What readers of a description have in common. */
export class DescriptionTexts {
  readonly context: DescriptionContext

  constructor(context: DescriptionContext) {
    this.context = context
  }

  texts(
    written: Readonly<Record<string, unknown>> | undefined,
    at: Path,
    known: readonly string[],
  ): Record<string, string> {
    return Object.fromEntries(
      Object.entries(written ?? {}).map(([name, text]) => [name, this.template(String(text), [...at, name], known)]),
    )
  }

  secrets(
    written: Readonly<Record<string, unknown>>,
    at: Path,
    isSecret: (name: string) => boolean,
  ): Record<string, string> {
    return Object.fromEntries(
      Object.entries(written).map(([name, text]) => [
        name,
        isSecret(name)
          ? this.secret(String(text), [...at, name])
          : this.template(String(text), [...at, name], this.context.settings),
      ]),
    )
  }

  /** A secret never stands in the file; it is the name of a setting. */
  secret(text: string, at: Path): string {
    if (text !== '' && templateNames(text).length === 0)
      this.fault(
        at,
        'secret-in-clear',
        `\`${String(at.at(-1))}\` holds a secret in clear.`,
        'Put it into a setting of the system, e.g. `token: ${secret:CRM_TOKEN}`, and write `{{ token }}` here; then change the secret, it was in a file.',
      )
    return this.template(text, at, this.context.settings)
  }

  template(text: string, at: Path, known: readonly string[]): string {
    for (const name of templateNames(text)) {
      if (known.includes(name)) continue
      const names =
        known.length === 0
          ? 'Nothing can be filled in here.'
          : `There are ${known.map((one) => `\`{{ ${one} }}\``).join(', ')}.`
      this.fault(
        at,
        'unknown-place',
        `\`{{ ${name} }}\` stands for nothing here${didYouMean(name, known) || '.'}`,
        names,
      )
    }
    return text
  }

  needed(text: string | undefined, at: Path, name: string): string {
    if (text === undefined) this.lacks(at, `\`${String(at.at(-1))}\` needs \`${name}\`.`, `Add \`${name}:\`.`)
    return text ?? ''
  }

  lacks(at: Path, message: string, cure: string): void {
    if (!this.context.broken) this.fault(at, 'missing-setting', message, cure)
  }

  fault(at: Path, code: string, message: string, cure: string): void {
    this.context.findings.error(plainPlace(placeOf(this.context.node, at)), code, message, cure)
  }
}

/** Milliseconds of a duration. */
export const ms = (duration: string | undefined, otherwise: number): number =>
  duration === undefined ? otherwise : (parseDuration(duration) ?? otherwise)

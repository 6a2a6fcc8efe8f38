import { LANGUAGES, type Language } from '../../model/language.ts'
import type { Person, SystemDeclaration } from '../contract.ts'
import type { Place } from '../finding.ts'
import type { Findings } from '../text/findings.ts'
import { type MapNode, plainPlace, placeOf } from '../text/node.ts'
import { nearMiss } from '../text/near-miss.ts'
import type { Question } from '../wording/questions.ts'

/** What every flow of a contract can refer to. */
export interface ContractContext {
  readonly timezone: string
  readonly people: ReadonlyMap<string, Person>
  readonly systems: ReadonlyMap<string, SystemDeclaration>
  /** Whether the names above are all that was written, so that a name that is not among them is unknown. */
  readonly complete: { readonly people: boolean; readonly systems: boolean; readonly flows: boolean }
  readonly flowNodes: ReadonlyMap<string, MapNode>
  readonly root: MapNode
  readonly broken: ReadonlySet<string>
  readonly findings: Findings
}

/** One flow that is being read. */
export class FlowContext {
  readonly name: string
  readonly node: MapNode
  readonly contract: ContractContext
  readonly findings: Findings
  /** The questions that this flow leaves open. */
  open = 0

  constructor(name: string, node: MapNode, contract: ContractContext) {
    this.name = name
    this.node = node
    this.contract = contract
    this.findings = contract.findings
  }

  /** Place of a setting of this flow, or where it would stand. */
  place(...path: string[]): Place {
    return placeOf(this.contract.root, ['flows', this.name, ...path])
  }

  error(place: Place, code: string, message: string, cure: string): void {
    this.findings.error(place, code, message, cure)
  }

  /** True when the setting, or something in or around it, was already reported as not of the right shape. */
  isBroken(setting: string): boolean {
    const paths = [`flows.${this.name}.${setting}`, `defaults.${setting}`]
    for (const broken of this.contract.broken) {
      if (paths.some((path) => broken === path || broken.startsWith(`${path}.`) || path.startsWith(`${broken}.`)))
        return true
    }
    return false
  }

  /** Records an open question, unless what was written there was already reported as wrong. */
  ask(setting: string, say: (language: Language) => Question): void {
    if (this.isBroken(setting)) return
    this.open++
    const owners = this.contract.flowNodes.get(this.name)?.entries.get('owners')?.value
    for (const language of LANGUAGES) {
      const { question, options, role } = say(language)
      const owner = owners?.kind === 'map' ? owners.entries.get(role)?.value : undefined
      const person = owner?.kind === 'scalar' ? this.contract.people.get(owner.text) : undefined
      this.findings.questions[language].push({
        ...plainPlace(this.place(...setting.split('.'))),
        flow: this.name,
        setting,
        question,
        options,
        role,
        owner: person?.name ?? null,
      })
    }
  }

  /** Reports a name that is not among the known ones. */
  unknown(place: Place, code: string, written: string, what: string, known: readonly string[]): void {
    const near = nearMiss(written, known)
    this.error(
      place,
      code,
      `\`${written}\` is not ${what}${near === null ? '.' : `; did you mean \`${near}\`?`}`,
      near !== null
        ? `Write \`${near}\`.`
        : known.length === 0
          ? 'There is none yet; add it first.'
          : `Write one of ${known.map((k) => `\`${k}\``).join(', ')}.`,
    )
  }
}

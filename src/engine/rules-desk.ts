import { bundle, readBundle } from '../contract/bundle.ts'
import type { Contract, Flow } from '../contract/contract.ts'
import type { CheckReport } from '../contract/finding.ts'
import { readContract } from '../contract/read-contract.ts'
import { readContractFiles, type SourceFile } from '../contract/read-files.ts'
import { type FlowDiff, type LineDiff, lineDiff, sentenceDiff } from '../contract/rule-diff.ts'
import { saveFile } from '../contract/save-file.ts'
import { writeAnswer } from '../contract/write-answer.ts'
import { ConcordatError } from '../model/errors.ts'
import type { FlowSigning } from '../model/report.ts'
import { contractSource, contractVersions, type ContractVersion } from '../store/contract-versions.ts'
import type { Database } from '../store/database.ts'
import { giveWord, type Word } from './give-word.ts'
import { tellSignings } from './tell-signings.ts'

export interface RuleDiff {
  readonly from: { readonly version: number; readonly fingerprint: string }
  readonly to: { readonly version: number | null; readonly fingerprint: string | null }
  readonly flows: readonly FlowDiff[]
  readonly lines: readonly LineDiff[]
}

/** The rules as they run, as they were, and as the contract's file has them now. */
export class RulesDesk {
  private readonly database: Database
  private readonly contract: Contract
  private readonly path: string
  private readonly connectors: readonly string[]

  constructor(parts: {
    readonly database: Database
    /** The rules that run. */
    readonly contract: Contract
    readonly path: string
    readonly connectors: readonly string[]
  }) {
    this.database = parts.database
    this.contract = parts.contract
    this.path = parts.path
    this.connectors = parts.connectors
  }

  /** The file as it is now, which is not what runs until the service starts anew. Throws `contract.unreadable`. */
  now(): CheckReport {
    return this.read(readContractFiles(this.path))
  }

  /** The same, where a file that cannot be read is one more finding. */
  known(): CheckReport {
    try {
      return this.now()
    } catch (error) {
      if (!(error instanceof ConcordatError) || error.code !== 'contract.unreadable') throw error
      const { message, cure = '' } = error
      const problem = {
        file: this.path,
        line: 1,
        column: 1,
        code: 'unreadable',
        severity: 'error',
        message,
        cure,
      } as const
      return { problems: [problem], questions: [], contract: null, rulebook: [] }
    }
  }

  versions(): Promise<readonly ContractVersion[]> {
    return contractVersions(this.database)
  }

  /** What a later version, or the file as it is now, says otherwise than an earlier one. */
  async diff(from: number, to: number | 'file'): Promise<RuleDiff> {
    const before = await this.version(from)
    const after =
      to === 'file' ? { version: null, source: bundle(readContractFiles(this.path)) } : await this.version(to)
    const report = to === 'file' ? this.now() : this.readVersion(after.source)
    const { version, fingerprint } = before
    return {
      from: { version, fingerprint },
      to: {
        version: after.version,
        fingerprint: 'fingerprint' in after ? after.fingerprint : (report.contract?.fingerprint ?? null),
      },
      flows: sentenceDiff(this.readVersion(before.source), report),
      lines: lineDiff(before.source, after.source),
    }
  }

  /** Writes the answer to an open question into the file; answers what the file says then. */
  answer({ flow, setting, answer }: { flow: string; setting: string; answer: string }): CheckReport {
    const files = readContractFiles(this.path)
    const before = this.read(files)
    if (!before.questions.some((open) => open.flow === flow && open.setting === setting))
      throw new ConcordatError('contract.changed', `The file leaves no question about ${setting} of ${flow} open.`, {
        cure: 'Look at the rules anew; somebody may have answered it.',
      })
    // A list as people write it, item by item.
    const value = answer.trim().replace(/^- (.*)$/, '[$1]')
    const written = writeAnswer(files, { flow, setting, answer: value })
    if (!written)
      throw new ConcordatError('contract.bad-answer', `The flow ${flow} is in no file by itself.`, {
        cure: 'Answer in the file by hand.',
      })
    const after = this.read(written.files)
    const errors = (report: CheckReport) => report.problems.filter(({ severity }) => severity === 'error')
    const known = new Set(errors(before).map(({ code, message }) => `${code} ${message}`))
    const wrong = errors(after).find(({ code, message }) => !known.has(`${code} ${message}`))
    if (wrong) throw new ConcordatError('contract.bad-answer', wrong.message, { cure: wrong.cure })
    if (after.questions.some((open) => open.flow === flow && open.setting === setting))
      throw new ConcordatError('contract.bad-answer', 'This is no answer to the question.', {
        cure: 'Choose one of its options.',
      })
    saveFile(written.changed)
    return after
  }

  /** What the owners have said of the rules that run. */
  async signings(): Promise<readonly FlowSigning[]> {
    return [...(await tellSignings(this.database, this.contract)).values()]
  }

  /** What they have said of the rules of these flows. */
  async signingsOf(flows: readonly Flow[]): Promise<readonly FlowSigning[]> {
    return [...(await tellSignings(this.database, { flows: new Map(flows.map((flow) => [flow.name, flow])) })).values()]
  }

  /** Stores an owner's signature, or refusal, under the rules of a flow: those that run, or those of the file as it is now. */
  async giveWord(word: Word): Promise<FlowSigning> {
    const now = this.known().contract
    const flow = await giveWord(this.database, now ? [this.contract, now] : [this.contract], word)
    return (await this.signingsOf([flow]))[0]!
  }

  private read(files: readonly SourceFile[]): CheckReport {
    return readContract(files, { connectors: this.connectors })
  }

  private readVersion(source: string): CheckReport {
    return readBundle(source)
  }

  private async version(version: number): Promise<{ version: number; fingerprint: string; source: string }> {
    const found = await contractSource(this.database, version)
    if (found) return { version, ...found }
    throw new ConcordatError('contract.unknown-version', `There is no version ${version} of the rules.`, {
      cure: 'See the list of versions.',
    })
  }
}

import { bundle, readBundle } from '../contract/reading/bundle.ts'
import type { Contract, Flow } from '../contract/contract.ts'
import { leftOut } from '../contract/reading/left-out.ts'
import { type CheckReport, inLanguage } from '../contract/finding.ts'
import { readContract, type ReadOptions } from '../contract/reading/read-contract.ts'
import { contractSavedAt, readContractFiles, type SourceFile } from '../contract/text/read-files.ts'
import { type FlowDiff, type LineDiff, lineDiff, sentenceDiff } from '../contract/wording/rule-diff.ts'
import { saveFile } from '../contract/text/save-file.ts'
import { writeAnswer } from '../contract/text/write-answer.ts'
import { ConcordatError } from '../model/errors.ts'
import type { Language } from '../model/language.ts'
import type { FileState, FlowSigning } from '../model/report.ts'
import { contractSource, contractVersions, type ContractVersion } from '../store/agreements/contract-versions.ts'
import type { Database } from '../store/database/database.ts'
import { giveWord, type Word } from './give-word.ts'
import { tellSignings } from './tell-signings.ts'

export interface RuleDiff {
  readonly from: { readonly version: number | null; readonly fingerprint: string }
  readonly to: { readonly version: number | null; readonly fingerprint: string | null }
  readonly flows: readonly FlowDiff[]
  readonly lines: readonly LineDiff[]
}

/** The rules as they run, as they were, and as the contract's file has them now. */
export class RulesDesk {
  private readonly database: Database
  private readonly running: CheckReport
  private readonly contract: Contract
  private readonly source: string
  private readonly path: string
  private readonly reading: ReadOptions
  /** The file as it was read last; it is asked for far more often than it changes. */
  private last: { readonly source: string; readonly report: CheckReport } | null = null

  constructor(parts: {
    readonly database: Database
    /** The rules in force; they have a contract. */
    readonly running: CheckReport
    /** The files that those were read from. */
    readonly source: string
    readonly path: string
    /** How the contract's files are read. */
    readonly reading: ReadOptions
  }) {
    this.database = parts.database
    this.running = parts.running
    this.contract = parts.running.contract!
    this.source = parts.source
    this.path = parts.path
    this.reading = parts.reading
  }

  /** The file as it is now, which may not be what runs. Throws `contract.unreadable`. */
  now(): CheckReport {
    const files = readContractFiles(this.path)
    const source = bundle(files)
    if (this.last?.source !== source) this.last = { source, report: this.read(files) }
    return this.last.report
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

  /** When the file was saved last; null when it cannot be read. */
  savedAt(): Date | null {
    return contractSavedAt(this.path)
  }

  /** What the file, or another reading of it, waits for until it runs. */
  async waitsFor(now: CheckReport = this.known()): Promise<FileState> {
    if (!now.contract) return 'mending'
    const [can, could] = [runnable(now), runnable(this.running)]
    if ([...could].some((flow) => !can.has(flow))) return 'answers'
    if (this.newRules(now).length > 0) {
      const signings = [...(await tellSignings(this.database, now.contract)).values()]
      return signings.every(({ signed }) => signed) ? 'taking up' : 'signatures'
    }
    if (now.questions.length > 0) return 'answers'
    return now.contract.fingerprint === this.contract.fingerprint ? 'nothing' : 'restart'
  }

  /** Flows of a reading of the file whose rules, or owners, are not those that run. */
  newRules(now: CheckReport = this.known()): readonly Flow[] {
    return [...(now.contract?.flows.values() ?? [])].filter((flow) => {
      const old = this.contract.flows.get(flow.name)
      const owner = (as: 'business' | 'technical') => old?.owners[as].email === flow.owners[as].email
      return old?.fingerprint !== flow.fingerprint || !owner('business') || !owner('technical')
    })
  }

  versions(): Promise<readonly ContractVersion[]> {
    return contractVersions(this.database)
  }

  /** What a later version, or the file as it is now, says otherwise than an earlier one, or than what runs. */
  async diff(from: number | 'running', to: number | 'file', language: Language = 'en'): Promise<RuleDiff> {
    const before =
      from === 'running'
        ? { version: null, fingerprint: this.contract.fingerprint, source: this.source }
        : await this.version(from)
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
      flows: sentenceDiff(inLanguage(this.readVersion(before.source), language), inLanguage(report, language)),
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
  async signings(language?: Language): Promise<readonly FlowSigning[]> {
    return [...(await tellSignings(this.database, this.contract, language)).values()]
  }

  /** What they have said of the rules of these flows. */
  async signingsOf(flows: readonly Flow[], language?: Language): Promise<readonly FlowSigning[]> {
    const named = new Map(flows.map((flow) => [flow.name, flow]))
    return [...(await tellSignings(this.database, { flows: named }, language)).values()]
  }

  /** Stores an owner's signature, or refusal, under the rules of a flow: those that run, or those of the file as it is now. */
  async giveWord(word: Word, language?: Language): Promise<FlowSigning> {
    const now = this.known().contract
    const flow = await giveWord(this.database, now ? [this.contract, now] : [this.contract], word)
    return (await this.signingsOf([flow], language))[0]!
  }

  private read(files: readonly SourceFile[]): CheckReport {
    return readContract(files, this.reading)
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

/** The flows that can run by these rules. */
function runnable(report: CheckReport): ReadonlySet<string> {
  const cannot = new Set(leftOut(report).map(({ flow }) => flow))
  return new Set([...(report.contract?.flows.keys() ?? [])].filter((flow) => !cannot.has(flow)))
}

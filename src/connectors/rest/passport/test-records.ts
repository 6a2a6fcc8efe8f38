import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Json, writeExactJson } from '../../../connector-kit/http/exact-json.ts'
import type { LineInsert } from '../../../connector-kit/port.ts'
import type { LeftRecord } from '../../../model/passport.ts'
import type { RestField } from '../../../model/rest-description.ts'
import type { Notes } from './notes.ts'
import type { Made, Outcome, Probe, Values } from './probe.ts'
import { sampleLines, sampleValues, type Sources, writableFields } from './sample-values.ts'

/*
 * Records of ours in somebody's system. Each is known by a token in its texts, so that one whose creation was never answered is
 * found as well; all are removed at the end, or named.
 */

const MOST_LEFT_PAGES = 50
const REMOVALS = 3

/** What tells our records from all others. */
export const newToken = (): string => `concordat-test-${randomBytes(3).toString('hex')}`

export class TestRecords {
  readonly probe: Probe
  readonly notes: Notes
  readonly sources: Sources
  private readonly made = new Set<string>()
  private doubtful = false
  /** The first record was made with all values, so that more than the required ones is not refused. */
  full = false
  private count = 0

  constructor(probe: Probe, notes: Notes, sources: Sources) {
    this.probe = probe
    this.notes = notes
    this.sources = sources
  }

  get fields(): readonly RestField[] {
    const { fields, id, changedAt } = this.probe.object
    return writableFields(fields, id.field, changedAt)
  }

  /** Makes values of now others than all before. */
  nextNumber(): number {
    return ++this.count
  }

  /** Values of another record for these fields, or for all. */
  values(fields: readonly RestField[] = this.fields): Values {
    return sampleValues(fields, this.sources, this.nextNumber())
  }

  get lines(): Readonly<Record<string, readonly LineInsert[]>> {
    return Object.fromEntries(
      this.probe.object.lines.map(({ name, fields, id }) => [name, sampleLines(fields, id, this.sources)]),
    )
  }

  /** An id for a record whose id is ours. */
  newId(): string | undefined {
    const { from } = this.probe.object.id
    if (from === 'system') return undefined
    const { type, maxLength } = this.probe.id
    if (type === 'integer') return String(2_000_000_000 + Math.floor(Math.random() * 100_000_000))
    return `${this.sources.token}-${++this.count}`.replace('concordat-test-', '').slice(0, maxLength ?? 60)
  }

  /** Makes a record, and remembers to remove it. */
  async make(values: Values, lines = this.lines, id = this.newId()): Promise<Made> {
    return this.send(this.probe.bodyOfNew(values, lines, id), id)
  }

  async send(body: Json, id?: string): Promise<Made> {
    const made = await this.probe.create(body, {}, id ?? '')
    this.remember(made)
    return made
  }

  /** A body that is no record; whatever the system makes of it is removed. */
  async sendText(text: string): Promise<Outcome> {
    const made = await this.probe.create({}, { text, body: undefined } as never, this.newId() ?? '')
    this.remember(made)
    return made
  }

  private remember(made: Made): void {
    if (made.id !== null) this.made.add(made.id)
    // Answered with an error of its own, not at all, or with success and no id: it may be there.
    else if (made.is === 'ok' || made.is === 'lost' || made.is === 'unsure' || made.is === 'again') this.doubtful = true
  }

  forget(id: string): void {
    this.made.delete(id)
  }

  /** Removes what was made; answers what is still there. */
  async remove(): Promise<readonly LeftRecord[]> {
    if (this.doubtful) for (const id of await this.strays()) this.made.add(id)
    const left: LeftRecord[] = []
    for (const id of this.made) {
      const why = await this.removeOne(id).catch((error: unknown) =>
        error instanceof Error ? error.message : 'unknown',
      )
      if (why !== null) left.push({ object: this.probe.object.name, id, why })
    }
    return left
  }

  private async removeOne(id: string): Promise<string | null> {
    if (!this.probe.object.delete) return 'the description does not say how records are deleted'
    let last: Outcome | null = null
    for (let attempt = 1; attempt <= REMOVALS; attempt++) {
      const seen = await this.probe.one(id)
      if (seen.json === null && seen.is !== 'lost' && last !== null) return null
      if (seen.is === 'gone') return null
      last = await this.probe.remove(id, seen.json)
      const after = await this.probe.one(id)
      if (after.json === null && after.is !== 'lost') return null
      await sleep(200 * attempt)
    }
    return last?.is === 'ok'
      ? 'the system answers that it deleted it, and still shows it'
      : `the system does not delete it (${last?.answer?.status ?? 'no answer'})`
  }

  /** Ids of records with our token, among the first pages of the listing. */
  private async strays(): Promise<readonly string[]> {
    const ids: string[] = []
    let pages = 0
    try {
      for await (const { records } of this.probe.reading.pages()) {
        for (const json of records)
          if (writeExactJson(json).includes(this.sources.token)) ids.push(this.probe.idOf(json) ?? '')
        if (++pages === MOST_LEFT_PAGES) break
      }
    } catch {
      this.notes.leaveOpen('records without an answer', `search the system for “${this.sources.token}”`)
    }
    return ids.filter((id) => id !== '')
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { Json } from '../../../connector-kit/http/exact-json.ts'
import type { LinesPatch } from '../../../connector-kit/port.ts'
import type { RestField } from '../../../model/rest-description.ts'
import type { Raw } from '../../../model/value.ts'
import { compareValues } from '../field-value.ts'
import { differing } from './look.ts'
import type { Probe, Seen, Values } from './probe.ts'
import type { TestRecords } from './test-records.ts'

/** One test record, and what it looked like when it was last read. */
export class TestSubject {
  readonly records: TestRecords
  readonly id: string
  seen: Json

  constructor(records: TestRecords, id: string, seen: Json) {
    this.records = records
    this.id = id
    this.seen = seen
  }

  get probe(): Probe {
    return this.records.probe
  }

  /** What a field holds. */
  value(field: RestField): Raw {
    return this.probe.value(field, this.seen)
  }

  /** Changes fields, or lines, and reads the record again; null when it was not changed. */
  async set(set: Values, lines?: Readonly<Record<string, LinesPatch>>): Promise<Changed | null> {
    const before = this.seen
    const answered = await this.probe.update(this.id, before, set, lines ? { lines } : {})
    if (answered.is !== 'ok') return null
    const { json } = await this.probe.one(this.id)
    if (json === null) return null
    this.seen = json
    const { update } = this.probe.object
    if (update?.trusted && answered.json !== null) {
      const differs = differing(this.probe, answered.json, json)
      if (differs.length > 0)
        this.records.notes.note('update-answer-differs', differs, {
          path: ['objects', this.probe.object.name, 'update', 'trusted'],
        })
    }
    return { before, after: json, answered }
  }

  /** So long that a time of change must be another one, as it is printed. */
  async letTimePass(): Promise<void> {
    const { changedAt } = this.probe
    const printed = changedAt === null ? null : this.value(changedAt)
    await sleep(printed !== null && /\.\d*[1-9]/.test(printed) ? 20 : 1100)
  }
}

export interface Changed {
  readonly before: Json
  readonly after: Json
  readonly answered: Seen
}

/** Whether a field holds what was sent. */
export const isSame = (field: RestField, sent: Raw, held: Raw): boolean =>
  sent === null || held === null ? sent === held : compareValues(field, sent, held) === 0

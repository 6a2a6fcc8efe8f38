import type { RestField } from '../../model/rest-description.ts'
import { writeField } from './field-value.ts'

/** A time of change, or a count of changes, as a filter of the system is given it. */
export function sinceText(changedAt: RestField, at: string, zone: string): string {
  const since = writeField(changedAt, at, zone)
  const text = typeof since === 'string' ? since : JSON.stringify(since, (_, part: unknown) => textOfNumber(part))
  return text.replaceAll('"', '')
}

const textOfNumber = (part: unknown): unknown =>
  typeof part === 'object' && part !== null && 'text' in part ? part.text : part

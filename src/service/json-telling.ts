import { pino } from 'pino'
import type { Telling } from './telling.ts'

/** A log of one JSON object a line. */
export function jsonTelling(write: (line: string) => void): Telling {
  const log = pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    { write: (line) => write(line.trimEnd()) },
  )
  return {
    info: (facts, what) => log.info(facts, what),
    warn: (facts, what) => log.warn(facts, what),
    error: (facts, what) => log.error(facts, what),
  }
}

import pg from 'pg'
import { CopyIn } from './copy.ts'

/** The longest wait for the answer to a statement: a little longer than the server itself lets one take. */
export const ANSWER_MS = 150_000

type Query = (...args: unknown[]) => unknown

/**
 * A client that gives up on a server from which no answer comes: its connection is broken off, and everything that
 * waits for it hears so. COPY TO has a deadline of its own, between two rows.
 */
export function clientWithDeadline(answerMs: number): new (config?: pg.ClientConfig) => pg.Client {
  return class extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super(config)
      const query = super.query.bind(this) as Query
      const patient: Query = (...args) => {
        const answer = query(...args)
        const waiting = args[0] instanceof CopyIn ? args[0].done : answer
        if (waiting instanceof Promise) {
          const timer = setTimeout(() => streamOf(this).destroy(silence()), answerMs)
          const heard = (): void => clearTimeout(timer)
          waiting.then(heard, heard)
        }
        return answer
      }
      this.query = patient as typeof this.query
    }
  }
}

const streamOf = (client: pg.Client): { destroy(error: Error): void } =>
  (client as unknown as { connection: { stream: { destroy(error: Error): void } } }).connection.stream

const silence = (): Error => Object.assign(new Error('the server sent no answer'), { code: 'ETIMEDOUT' })

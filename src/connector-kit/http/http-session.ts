import { setTimeout as sleep } from 'node:timers/promises'
import { ConcordatError } from '../../model/errors.ts'
import type { AnswerClass } from '../../model/rest-description.ts'
import type { HttpAnswer, HttpClient, HttpRequest } from './http-client.ts'
import { retryAfterSeconds } from './retry-after.ts'
import type { SignInDesk } from './sign-in.ts'

/*
 * Requests that are signed in, and tried again where that is safe:
 *
 *   what could not be sent, or was turned away (429, `wait`, `again`)   did not happen: sent again, a few times
 *   a read without an answer, or with an error of the server            sent again, a few times
 *   a write without an answer                                           never sent again: `connector.lost-response`
 */

/** An answer, and what it means. */
export interface Classified {
  readonly is: Exclude<AnswerClass, 'wait' | 'again' | 'unsure' | 'credentials'>
  readonly answer: HttpAnswer
}

const ATTEMPTS = 4
const FIRST_PAUSE_MS = 200
/** A longer wait that the system asks for is the scheduler's business. */
const PATIENCE_S = 15

export class HttpSession {
  readonly client: HttpClient
  private readonly desk: SignInDesk
  private readonly chance: () => number

  constructor(client: HttpClient, desk: SignInDesk, chance: () => number = Math.random) {
    this.client = client
    this.desk = desk
    this.chance = chance
  }

  /** One request with an answer that means something to its caller. */
  async call(request: HttpRequest, classify: (answer: HttpAnswer) => AnswerClass): Promise<Classified> {
    for (let attempt = 1; ; attempt++) {
      const proof = await this.desk.proof()
      let answer: HttpAnswer
      try {
        answer = await this.client.send({ ...request, headers: { ...request.headers, ...proof.headers } })
      } catch (error) {
        const again = error instanceof ConcordatError && this.mayRepeat(error, request)
        if (!again || attempt >= ATTEMPTS) throw error
        await this.pause(attempt)
        continue
      }
      const is = classify(answer)
      switch (is) {
        case 'credentials':
          await this.desk.renewAfter(proof)
          continue
        case 'wait': {
          const seconds = retryAfterSeconds(answer.headers['retry-after'], Date.now())
          if (attempt >= ATTEMPTS || (seconds ?? 0) > PATIENCE_S) throw this.toldToWait(seconds)
          await (seconds === null ? this.pause(attempt + 1) : sleep(seconds * 1000))
          continue
        }
        case 'unsure':
        case 'again':
          if (is === 'unsure' && request.writes) throw this.unsure(answer)
          if (attempt >= ATTEMPTS) throw this.troubled(answer)
          await this.pause(attempt)
          continue
        default:
          this.desk.worked(proof)
          return { is, answer }
      }
    }
  }

  /** One request that is sent once, whatever its answer means; only what was turned away is sent again. */
  async once(
    request: HttpRequest,
    classify: (answer: HttpAnswer) => AnswerClass,
    signed: boolean,
  ): Promise<{ readonly is: AnswerClass; readonly answer: HttpAnswer }> {
    for (let attempt = 1; ; attempt++) {
      const proof = signed ? await this.desk.proof() : null
      const answer = await this.client.send({ ...request, headers: { ...request.headers, ...proof?.headers } })
      const is = classify(answer)
      if (is === 'credentials' && proof) {
        await this.desk.renewAfter(proof)
        continue
      }
      if (is !== 'wait') {
        if (proof) this.desk.worked(proof)
        return { is, answer }
      }
      const seconds = retryAfterSeconds(answer.headers['retry-after'], Date.now())
      if (attempt >= ATTEMPTS || (seconds ?? 0) > PATIENCE_S) throw this.toldToWait(seconds)
      await (seconds === null ? this.pause(attempt + 1) : sleep(seconds * 1000))
    }
  }

  close(): Promise<void> {
    return this.client.close()
  }

  /** A server that is not there is not waited for here: all calls would do so one after the other. */
  private mayRepeat({ code }: ConcordatError, { writes }: HttpRequest): boolean {
    return !writes && code === 'connector.timeout'
  }

  private pause(attempt: number): Promise<void> {
    return sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + this.chance()))
  }

  private toldToWait(seconds: number | null): ConcordatError {
    const long = seconds === null ? '' : ` for ${seconds} seconds`
    return new ConcordatError('connector.rate-limited', `${this.client.host} asked to be left alone${long}.`, {
      retry: 'later',
      ...(seconds !== null && { retryAfter: Math.min(seconds, 86_400) }),
      cure: 'Work goes on by itself after that; `rate` in the description keeps us below the limit of the system.',
    })
  }

  private unsure({ status }: HttpAnswer): ConcordatError {
    return new ConcordatError(
      'connector.lost-response',
      `${this.client.host} answered a write with an error of its own (${status}), so nobody knows yet whether it landed.`,
      { retry: 'later', cure: 'The next run finds out what became of it, and repeats nothing that landed.' },
    )
  }

  private troubled({ status }: HttpAnswer): ConcordatError {
    return new ConcordatError(
      'connector.unreachable',
      `${this.client.host} answers with errors of its own (${status}).`,
      {
        retry: 'later',
        cure: 'It is tried again; the log of the server says what is wrong.',
      },
    )
  }
}

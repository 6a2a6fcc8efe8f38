import { ConcordatError } from '../../model/errors.ts'

/*
 * Working out the hash of a password is slow on purpose, so only a few are worked out at once and the others wait. Who waits
 * together with strangers must not wait behind them:
 *
 *   own    somebody who has proved who they are, or a browser that the account has signed in from: goes first
 *   new    any other browser, within its limits
 *   over   beyond the limits: one at a time, and for one account one in two seconds
 *
 * Among those of a lane chance decides, first between addresses and then between attempts, and a full lane lets a newcomer take
 * the place of somebody chosen by chance: whoever sends many takes the places of their own.
 */

/** Whose password is to be hashed. */
export interface Turn {
  readonly lane: Lane
  /** The address of who asks. */
  readonly from: string
  /** The account that it is about. */
  readonly account: string
}
export type Lane = 'own' | 'new' | 'over'

const LANES: readonly Lane[] = ['own', 'new', 'over']
const AT_ONCE = 2
/** Most that wait in a lane; and for one account in the last. */
const MOST: Readonly<Record<Lane, number>> = { own: 200, new: 100, over: 40 }
const MOST_OF_ACCOUNT = 10
const PATIENCE_MS = 10_000
/** So far apart are attempts at one account beyond the limits. */
const APART_MS = 2_000

interface Waiting extends Turn {
  readonly begin: () => void
  readonly refuse: () => void
}

export interface HashingQueue {
  /** Works when it is one's turn. Throws `access.throttled` when that takes too long. */
  run<T>(turn: Turn, work: () => Promise<T>): Promise<T>
}

/** The queue of one process. */
export function hashingQueue(): HashingQueue {
  const waiting = new Set<Waiting>()
  const working: Turn[] = []
  /** Accounts that were tried beyond the limits a moment ago. */
  const tried = new Map<string, number>()
  let timer: NodeJS.Timeout | null = null

  const eligible = (lane: Lane, now: number): Waiting[] => {
    const all = [...waiting].filter((one) => one.lane === lane)
    if (lane !== 'over') return all
    if (working.some((one) => one.lane === 'over')) return []
    return all.filter(({ account }) => (tried.get(account) ?? 0) + APART_MS <= now)
  }

  const advance = (): void => {
    const now = Date.now()
    for (const [account, at] of tried) if (at + APART_MS <= now) tried.delete(account)
    while (working.length < AT_ONCE) {
      const lane = LANES.map((name) => eligible(name, now)).find((all) => all.length > 0)
      if (!lane) break
      const from = anyOf([...new Set(lane.map((one) => one.from))])
      const next = anyOf(lane.filter((one) => one.from === from))
      waiting.delete(next)
      working.push(next)
      if (next.lane === 'over') tried.set(next.account, now)
      next.begin()
    }
    if (timer === null && tried.size > 0 && [...waiting].some((one) => one.lane === 'over'))
      timer = setTimeout(() => {
        timer = null
        advance()
      }, APART_MS / 4)
  }

  const makeRoom = ({ lane, account }: Turn): void => {
    const all = [...waiting].filter((one) => one.lane === lane)
    const same = all.filter((one) => one.account === account)
    const full = lane === 'over' && same.length >= MOST_OF_ACCOUNT ? same : all.length >= MOST[lane] ? all : []
    if (full.length === 0) return
    const out = anyOf(full)
    waiting.delete(out)
    out.refuse()
  }

  return {
    async run(turn, work) {
      await new Promise<void>((resolve, reject) => {
        makeRoom(turn)
        const patience = setTimeout(() => {
          waiting.delete(one)
          reject(crowded())
        }, PATIENCE_MS)
        const one: Waiting = {
          ...turn,
          begin() {
            clearTimeout(patience)
            resolve()
          },
          refuse() {
            clearTimeout(patience)
            reject(crowded())
          },
        }
        waiting.add(one)
        advance()
      })
      try {
        return await work()
      } finally {
        working.splice(
          working.findIndex(({ lane }) => lane === turn.lane),
          1,
        )
        advance()
      }
    },
  }
}

const anyOf = <T>(all: readonly T[]): T => all[Math.floor(Math.random() * all.length)]!

const crowded = (): ConcordatError =>
  new ConcordatError('access.throttled', 'There are too many attempts to sign in.', {
    retryAfter: 5,
    cure: 'Try again in a few seconds.',
  })

import { Random } from './random.ts'

/*
 * What goes wrong, and when. Every place where something can go wrong has a name – the step of the story and the number
 * of the call in it – and draws from a stream of its own, so that a story stays the same when one incident is left out.
 */

export type IncidentKind =
  /** The call fails before it has an effect. */
  | 'fail'
  /** It has its effect, and the answer is lost. */
  | 'lose'
  /** The process dies before or after it. */
  | 'die before'
  | 'die after'
  /** A user works in the meantime, before or after it. */
  | 'user before'
  | 'user after'
  /** A second process tries to run the same flow. */
  | 'rival'
  /** The process stands still for longer than its lease, and a second one takes over. */
  | 'pause'
  /** Single records of a batch are refused. */
  | 'refuse'

export interface Incident {
  readonly kind: IncidentKind
  /** Its place: `<step>:<number>`. */
  readonly at: string
  readonly random: Random
}

/** Probability of each incident at one call of a system. */
export interface Density {
  /** Calls that only read go well so much more often. */
  readonly reads: number
  readonly fail: number
  readonly lose: number
  readonly die: number
  readonly dieInStore: number
  readonly user: number
  readonly rival: number
  readonly pause: number
  readonly refuse: number
}

export const CALM: Density = {
  reads: 1,
  fail: 0,
  lose: 0,
  die: 0,
  dieInStore: 0,
  user: 0,
  rival: 0,
  pause: 0,
  refuse: 0,
}
/** Everything goes wrong often, so that most runs end before they have written anything. */
export const ROUGH: Density = {
  reads: 1,
  fail: 0.1,
  lose: 0.1,
  die: 0.03,
  dieInStore: 0.004,
  user: 0.1,
  rival: 0.01,
  pause: 0.01,
  refuse: 0.1,
}

/** Reading goes well, and writing goes badly. */
export const ROUGH_WRITES: Density = {
  reads: 0.1,
  fail: 0.12,
  lose: 0.12,
  die: 0.06,
  dieInStore: 0.004,
  user: 0.2,
  rival: 0.03,
  pause: 0.02,
  refuse: 0.15,
}

export class Fate {
  private readonly seed: number
  private readonly step: string
  private readonly density: Density
  private readonly spared: ReadonlySet<string>
  private readonly happened: Incident[]
  private calls = 0

  constructor(seed: number, step: string, density: Density, spared: ReadonlySet<string>, happened: Incident[]) {
    this.seed = seed
    this.step = step
    this.density = density
    this.spared = spared
    this.happened = happened
  }

  /** What happens at the next call of a system. */
  atCall(isWrite: boolean): Incident | null {
    const { density: d } = this
    if (!isWrite && d.reads < 1)
      return this.draw([
        [d.fail * d.reads, 'fail'],
        [d.die * d.reads, 'die after'],
        [d.user / 4, 'user before'],
        [d.user / 4, 'user after'],
        [d.rival * d.reads, 'rival'],
        [d.pause * d.reads, 'pause'],
      ])
    return this.draw([
      [isWrite ? d.refuse : 0, 'refuse'],
      [d.fail, 'fail'],
      // A read whose answer is lost has simply failed; what matters are writes.
      [isWrite ? 2 * d.lose : d.lose / 5, 'lose'],
      [d.die / 2, 'die before'],
      [d.die / 2 + (isWrite ? d.die : 0), 'die after'],
      [d.user / 2, 'user before'],
      [d.user / 2, 'user after'],
      [d.rival, 'rival'],
      [d.pause * (isWrite ? 5 : 1), 'pause'],
    ])
  }

  /** What happens at the next call of the store. */
  inStore(): Incident | null {
    return this.draw([
      [this.density.dieInStore / 2, 'die before'],
      [this.density.dieInStore / 2, 'die after'],
    ])
  }

  private draw(chances: readonly (readonly [number, IncidentKind])[]): Incident | null {
    const at = `${this.step}:${this.calls++}`
    if (this.density === CALM || this.spared.has(at)) return null
    const random = new Random(this.seed, at)
    let left = random.next()
    for (const [chance, kind] of chances) {
      if ((left -= chance) >= 0) continue
      const incident = { kind, at, random }
      this.happened.push(incident)
      return incident
    }
    return null
  }
}

import { Random } from './random.ts'

/*
 * What goes wrong, and how often. Every place where something can go wrong has a name – the step of the story, and which
 * call of what it is in that step – and draws from a stream of its own, so that a story stays the same when one incident
 * is left out, or when the engine comes to ask its store in another way.
 */

export type IncidentKind =
  /** The call fails before it has an effect. */
  | 'fail'
  /** It has its effect – a write perhaps later – and the answer is lost. */
  | 'lose'
  /** The process dies before or after it. */
  | 'die before'
  | 'die after'
  /** A user works in the meantime, before or after it. */
  | 'user before'
  | 'user after'
  /** A second process tries to run the same flow. */
  | 'rival'
  /** The process stands still for longer than its lease, and a second one runs the flow from beginning to end. */
  | 'pause'
  /** The same, but the second one has only begun when the first one goes on: both work at the same time. */
  | 'overtaken'
  /** It stands still as long before its write arrives, and the second one has run the flow when it does. */
  | 'stall'
  /** The session that shows that the process is alive ends although it is, and a second one runs the flow. */
  | 'cut'
  /** While its write is in place and not committed yet, its time ends and a second one begins to run the flow. */
  | 'taken over in place'
  /** Single records of a batch are refused. */
  | 'refuse'

export interface Incident {
  readonly kind: IncidentKind
  /** Its place: `<step>:<call>`. */
  readonly at: string
  readonly random: Random
}

/** Probability of each incident at one call. */
export type Chances = Readonly<Partial<Record<IncidentKind, number>>>

export interface Density {
  readonly read: Chances
  readonly write: Chances
  readonly store: Chances
  /** Just after a commit: what the process does next was decided before it stood still. */
  readonly commit: Chances
  /** Between a write that is in place and the question whether it may be committed, and between that and the commit. */
  readonly place: Chances
}

/** How badly things go during a run. */
export type Weather = 'calm' | 'rough' | 'rough writes'

export const DENSITIES: Readonly<Record<Weather, Density>> = {
  calm: { read: {}, write: {}, store: {}, commit: {}, place: {} },
  /** Every call may go wrong, so that most runs end before they have written anything. */
  rough: {
    read: {
      fail: 0.13,
      lose: 0.13,
      'die before': 0.02,
      'die after': 0.02,
      'user before': 0.05,
      'user after': 0.05,
      rival: 0.01,
      pause: 0.01,
      overtaken: 0.01,
      cut: 0.01,
    },
    write: {
      refuse: 0.1,
      fail: 0.13,
      lose: 0.2,
      'die before': 0.02,
      'die after': 0.05,
      'user before': 0.05,
      'user after': 0.05,
      rival: 0.01,
      pause: 0.05,
      overtaken: 0.03,
      stall: 0.06,
      cut: 0.03,
    },
    store: { 'die before': 0.002, 'die after': 0.002 },
    commit: { pause: 0.015, overtaken: 0.01 },
    place: { 'taken over in place': 0.02, rival: 0.04 },
  },
  /** Reading goes well, so that most runs come to write; and writing goes badly. */
  'rough writes': {
    read: {
      fail: 0.012,
      'die after': 0.006,
      'user before': 0.05,
      'user after': 0.05,
      rival: 0.003,
      pause: 0.002,
      overtaken: 0.002,
      cut: 0.01,
    },
    write: {
      refuse: 0.12,
      fail: 0.13,
      lose: 0.2,
      'die before': 0.02,
      'die after': 0.07,
      'user before': 0.08,
      'user after': 0.08,
      rival: 0.02,
      pause: 0.05,
      overtaken: 0.04,
      stall: 0.06,
      cut: 0.03,
    },
    store: { 'die before': 0.002, 'die after': 0.002 },
    commit: { pause: 0.04, overtaken: 0.02 },
    place: { 'taken over in place': 0.03, rival: 0.05 },
  },
}

/** What becomes of a hint on its way. */
export const HINTS = { dropped: 0.12, doubled: 0.12, late: 0.15, 'out of order': 0.3 } as const

/** Counts of what happened, by name. */
export type Tally = Record<string, number>

export function count(tally: Tally, name: string, by = 1): void {
  tally[name] = (tally[name] ?? 0) + by
}

/** What a story says about its incidents: by place, when it was written down; else they are drawn. */
export interface Told {
  readonly seed: number
  readonly spared: readonly string[]
  readonly met?: Readonly<Record<string, IncidentKind>>
}

export class Fate {
  private readonly told: Told
  private readonly step: string
  private readonly weather: Weather
  private readonly happened: Incident[]
  private readonly tally: Tally
  private readonly calls = new Map<string, number>()

  constructor(told: Told, step: string, weather: Weather, happened: Incident[], tally: Tally) {
    this.told = told
    this.step = step
    this.weather = weather
    this.happened = happened
    this.tally = tally
  }

  /** What happens at the next call of this name to a system. */
  atCall(name: string, isWrite: boolean): Incident | null {
    const incident = this.draw(name, DENSITIES[this.weather][isWrite ? 'write' : 'read'])
    if (this.weather === 'calm') return incident
    const where = `${this.weather} ${isWrite ? 'write' : 'read'}`
    count(this.tally, where)
    if (incident) count(this.tally, `${where}: ${incident.kind}`)
    return incident
  }

  /** What happens at the next call of the store; `ask`: whether a write may be committed. */
  inStore(call: 'store' | 'ask'): Incident | null {
    return this.draw(call, DENSITIES[this.weather].store)
  }

  /** What happens while a write is in place. */
  inPlace(moment: 'before asking' | 'after asking'): Incident | null {
    const incident = this.draw(moment, DENSITIES[this.weather].place)
    if (this.weather === 'calm') return incident
    count(this.tally, 'writes in place')
    if (incident?.kind === 'taken over in place') count(this.tally, 'writes in place: taken over')
    return incident
  }

  /** What happens between a commit and what the process does next. */
  afterCommit(): Incident | null {
    const incident = this.draw('commit', DENSITIES[this.weather].commit)
    if (this.weather === 'calm') return incident
    count(this.tally, 'commits')
    if (incident) count(this.tally, 'commits: stood still')
    return incident
  }

  private draw(name: string, chances: Chances): Incident | null {
    const n = (this.calls.get(name) ?? 0) + 1
    this.calls.set(name, n)
    if (this.weather === 'calm') return null
    const at = `${this.step}:${name}#${n}`
    const { seed, spared, met } = this.told
    if (spared.includes(at)) return null
    const random = new Random(seed, at)
    let left = random.next()
    const known = met?.[at]
    if (met && known === undefined) return null
    for (const [kind, chance] of Object.entries(chances) as [IncidentKind, number][]) {
      if (known === undefined ? (left -= chance) >= 0 : kind !== known) continue
      const incident = { kind, at, random }
      this.happened.push(incident)
      return incident
    }
    return null
  }
}

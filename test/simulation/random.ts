/** Randomness that a seed repeats: every draw comes from a stream of its own, so that leaving one out moves no other. */
export class Random {
  private state: number

  constructor(...parts: readonly (number | string)[]) {
    let hash = 2_166_136_261
    for (const part of parts)
      for (const letter of `${part}/`) hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619) >>> 0
    this.state = hash
    this.next()
    this.next()
  }

  /** At least 0, below 1. */
  next(): number {
    this.state = (this.state + 0x6d_2b_79_f5) >>> 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** At least `low`, below `high`. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low))
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.next() * from.length)]!
  }

  /** Picks by weight. */
  weigh<T>(from: readonly (readonly [weight: number, what: T])[]): T {
    let left = this.next() * from.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, what] of from) if ((left -= weight) < 0) return what
    return from.at(-1)![1]
  }
}

/** Seeded random numbers: the same seed and name give the same sequence on every machine. */
export class Random {
  #state: number

  /** `name` keeps the parts of the world apart, so that more orders do not change the customers. */
  constructor(seed: number, name: string) {
    let hash = 0x811c9dc5 ^ seed
    for (const char of name) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193)
    this.#state = hash >>> 0
  }

  /** From 0 up to, not including, 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  /** Whole number, both ends included. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.next() * choices.length)]!
  }

  digits(count: number): string {
    let text = ''
    for (let i = 0; i < count; i++) text += String(this.integer(0, 9))
    return text
  }

  shuffled<T>(items: readonly T[]): T[] {
    const copy = [...items]
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.integer(0, i)
      ;[copy[i], copy[j]] = [copy[j]!, copy[i]!]
    }
    return copy
  }
}

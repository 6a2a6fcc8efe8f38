import type { Random } from './random.ts'

/*
 * The machine of a process, as it tells the time: a clock that people and services set, which is off and jumps, and one that
 * nobody sets, which stops while the machine is suspended. The store's clock is neither.
 */

const MINUTE = 60_000

export class Machine {
  private readonly world: () => number
  private readonly random: Random | null
  private offMs: number
  private asleepMs = 0

  /** `random`: null where its clocks are right and it is never suspended; `ahead`: its clock is far ahead to begin with. */
  constructor(world: () => number, random: Random | null, ahead = false) {
    this.world = world
    this.random = random
    this.offMs = ahead && random ? random.between(90_000, 45 * MINUTE) : this.drawn()
  }

  /** By the clock on the wall. */
  now(): number {
    return this.world() + this.offMs
  }

  /** By the clock that nobody sets. */
  steady(): number {
    return this.world() - this.asleepMs
  }

  /** It cannot tell how much time has passed. */
  get sleptThrough(): boolean {
    return this.asleepMs > 0
  }

  /** Somebody may set the clock at any moment. */
  tick(): void {
    if (this.random?.chance(0.02)) this.offMs = this.drawn()
  }

  /** It was suspended while so much time passed – or its process alone stood still, which does not stop a clock. */
  standStill(ms: number): void {
    if (this.random?.chance(0.6)) this.asleepMs += ms
  }

  private drawn(): number {
    const { random } = this
    if (!random) return 0
    return random.weigh([
      [4, 0],
      [3, random.between(-90_000, 90_000)],
      [2, random.between(-45 * MINUTE, 45 * MINUTE)],
      [0.5, random.pick([-1, 1]) * 24 * 60 * MINUTE],
    ])
  }
}

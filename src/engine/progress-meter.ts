import type { ReportProgress } from './flow-work.ts'

/** Turns counts into rate and time left, over the last seconds; reports at most five times a second. */
export class ProgressMeter {
  private readonly flow: string
  private readonly clock: () => number
  private readonly listener: ReportProgress | undefined
  private stage = ''
  private marks: { at: number; done: number }[] = []
  private last = -Infinity

  constructor(flow: string, clock: () => number, listener: ReportProgress | undefined) {
    this.flow = flow
    this.clock = clock
    this.listener = listener
  }

  readonly report = (stage: string, done: number, total: number | null): void => {
    if (!this.listener) return
    const at = this.clock()
    if (stage !== this.stage) {
      this.stage = stage
      this.marks = [{ at, done: 0 }]
      this.last = -Infinity
    }
    if (at - this.last < 200) return
    this.last = at
    this.marks.push({ at, done })
    while (this.marks.length > 2 && at - this.marks[0]!.at > 5_000) this.marks.shift()
    const first = this.marks[0]!
    const seconds = (at - first.at) / 1000
    const rate = seconds > 0 ? (done - first.done) / seconds : 0
    const secondsLeft = total !== null && rate > 0 ? Math.max(0, (total - done) / rate) : null
    this.listener({ flow: this.flow, stage, done, total, rate, secondsLeft })
  }
}

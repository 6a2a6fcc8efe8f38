import type { Progress } from '../../model/report.ts'
import type { Terminal } from '../terminal.ts'
import { count, duration } from './figures.ts'
import { cut, pad } from './text-width.ts'

const REDRAW_MS = 100
const LINE_MS = 10_000
const CLEAR = '\r\u001b[2K'

/** Shows how far long work is, on the error stream: one line that is redrawn on a terminal, else a line every ten seconds. */
export interface ProgressLine {
  update(progress: Progress): void
  /** Takes the line away, so that something else can be printed. */
  clear(): void
}

/** A progress line for a terminal; `quiet` shows nothing. */
export function progressLine(terminal: Terminal, quiet = false): ProgressLine {
  if (quiet) return { update: () => {}, clear: () => {} }
  const interval = terminal.errorIsTerminal ? REDRAW_MS : LINE_MS
  let last = terminal.errorIsTerminal ? -Infinity : terminal.now().getTime()
  let shown = false
  return {
    update(progress) {
      const now = terminal.now().getTime()
      if (now - last < interval) return
      last = now
      const text = progressText(progress)
      if (terminal.errorIsTerminal) {
        const width = Number.isFinite(terminal.width) ? terminal.width - 1 : 79
        terminal.rawErr(CLEAR + terminal.paintErr('dim', cut(text, width)))
        shown = true
      } else terminal.err(text)
    },
    clear() {
      if (shown) terminal.rawErr(CLEAR)
      shown = false
    },
  }
}

/** One line of progress: flow, stage, how many of how many, rate, time left. */
export function progressText(progress: Progress): string {
  const { flow, stage, done, total, rate, secondsLeft } = progress
  const parts = [pad(flow, 12), pad(stage, 14), total === null ? count(done) : `${count(done)} of ${count(total)}`]
  if (total !== null && total > 0) parts.push(`${Math.min(100, Math.floor((done / total) * 100))}%`)
  if (rate > 0) parts.push(`${count(Math.round(rate))}/s`)
  if (secondsLeft !== null) parts.push(`${duration(Math.max(1, Math.round(secondsLeft)))} left`)
  return parts.join('  ')
}

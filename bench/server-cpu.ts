import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const TICKS_PER_SECOND = 100

/**
 * Processor seconds that a server has used so far: the postmaster's, its living children's, and those of the children
 * that have ended. Null where there is no /proc.
 */
export function serverCpuSeconds(dataDir: string): number | null {
  try {
    const postmaster = Number(readFileSync(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0])
    let ticks = 0
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue
      const stat = statOf(name)
      if (stat === null) continue
      if (stat.pid === postmaster) ticks += stat.own + stat.reaped
      else if (stat.parent === postmaster) ticks += stat.own
    }
    return ticks / TICKS_PER_SECOND
  } catch {
    return null
  }
}

function statOf(pid: string): { pid: number; parent: number; own: number; reaped: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets, which may hold blanks.
    const rest = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const at = (place: number): number => Number(rest[place - 3])
    return { pid: Number(pid), parent: at(4), own: at(14) + at(15), reaped: at(16) + at(17) }
  } catch {
    return null
  }
}

/** How much is crashed, and what came of it; `npm run crash` sets and prints it. */
import { appendFileSync } from 'node:fs'
import { Random } from '../../src/demo/random.ts'

const number = (name: string, otherwise: number): number => Number(process.env[`CONCORDAT_CRASH_${name}`] ?? otherwise)

/** Printed by each suite; the same seed crashes at the same moments. */
export const SEED = number('SEED', Date.now() % 1_000_000)

export const random = (name: string): Random => new Random(SEED, name)

/** Half of the kills go to the first run, the rest to the six other plays. */
const KILLS = number('KILLS', 10)
export const KILLS_OF_FIRST_RUN = Math.ceil(KILLS / 2)
export const KILLS_OF_A_PLAY = Math.ceil(KILLS / 12)

/** How often the store's server is stopped or killed under load. */
export const RESTARTS = number('RESTARTS', 2)

/** How often every other fault happens. */
export const TIMES = number('TIMES', 1)

/** Notes for the table of results that a fault was survived so many times. */
export function survived(fault: string, where: string, times: number): void {
  const file = process.env['CONCORDAT_CRASH_RESULTS']
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ fault, where, times })}\n`)
}

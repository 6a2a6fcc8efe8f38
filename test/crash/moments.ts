import type { Ended, Moment, Phase, Scene, Stage } from './stage.ts'
import { random, SEED, survived } from './scale.ts'
import { type Command, RUN } from './stage.ts'

/** How the moments are shared out: all over the run, but more of them where it writes. */
const SHARES: readonly (readonly [Phase, number])[] = [
  ['start', 0.15],
  ['run', 0.25],
  ['write', 0.6],
]

/** What there was when the process died. */
interface Death {
  readonly after: Phase
  readonly ms: number
  readonly kills: number
  /** Rows that the CRM had received. */
  readonly rows: number
  readonly links: number
  readonly unsettled: number
}

/**
 * Kills the command at `count` moments that are spread over the whole duration of a run, each on a fresh scene, which
 * `finish` then completes and verifies. Some are killed twice or three times. `prepare` brings a scene to where the run
 * that is killed begins. Answers how many died between the first and the last write.
 */
export async function killAtMoments(
  stage: Stage,
  count: number,
  name: string,
  finish: (scene: Scene) => Promise<void>,
  prepare: (scene: Scene) => Promise<void> = () => Promise.resolve(),
  command: Command = RUN,
): Promise<number> {
  const dice = random(name)
  const calm = await stage.fresh()
  await prepare(calm)
  const before = await calm.writes('crm')
  const child = calm.start(command)
  await child.done
  if (command.endless) child.signal('SIGTERM')
  const whole = await child.ended
  if (whole.status !== 0 && !command.endless)
    throw new Error(`a run that nobody disturbs ends with status ${whole.status}: ${whole.stderr}`)
  const after = await calm.writes('crm')
  await finish(calm)
  await calm.drop()

  const duration = { ...whole.ms }
  const momentAt = (fraction: number): Moment => {
    let rest = fraction
    for (const [phase, share] of SHARES) {
      if (rest < share) return { after: phase, ms: (rest / share) * duration[phase] }
      rest -= share
    }
    return { after: 'write', ms: duration.write }
  }
  const deaths: Death[] = []
  for (let n = 0; n < count; n++) {
    const fractions = [(n + dice.next()) / count]
    while (fractions.length < 3 && dice.chance(0.25)) fractions.push(dice.next())
    for (let attempt = 1; ; attempt++) {
      const scene = await stage.fresh()
      await prepare(scene)
      const moment = momentAt(fractions[0]!)
      const ended = await scene.runAndKill(moment, command)
      if (ended !== null && attempt < 6) {
        // The machine is faster than it was: too late for this moment.
        duration[moment.after] *= 0.8
        await scene.drop()
        continue
      }
      deaths.push({ ...moment, kills: fractions.length, ...(await stateOf(scene)) })
      for (const fraction of fractions.slice(1)) await scene.runAndKill(momentAt(fraction), command)
      try {
        await finish(scene)
      } catch (error) {
        console.error(`${name}, seed ${SEED}, moment ${n + 1} of ${count}:`, deaths.at(-1))
        throw error
      }
      await scene.drop()
      survived('killed (-9)', name, fractions.length)
      break
    }
  }
  console.info(
    `${name}, seed ${SEED}: a run starts for ${phase(whole, 'start')}, decides for ${phase(whole, 'run')}, writes for ${phase(whole, 'write')}; killed`,
  )
  console.table(deaths.map((death) => ({ ...death, ms: Math.round(death.ms) })))
  return deaths.filter((death) => death.unsettled > 0 || (death.rows > before && death.rows < after)).length
}

const phase = (ended: Ended, name: Phase): string => `${Math.round(ended.ms[name])} ms`

async function stateOf(scene: Scene): Promise<Pick<Death, 'rows' | 'links' | 'unsettled'>> {
  return {
    rows: await scene.writes('crm'),
    links: await scene.figure('store', 'select count(*) from link'),
    unsettled: await scene.unsettled(),
  }
}

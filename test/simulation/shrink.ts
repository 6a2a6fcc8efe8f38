import type { Ablation } from './ablations.ts'
import { play, type Mode, type Played, type Room } from './play.ts'
import type { Step, Story } from './story.ts'

/** The same law broken in fewer steps and with fewer incidents; tries at most `tries` shorter stories. */
export async function shrink(
  story: Story,
  room: Room,
  mode: Mode,
  ablation: Ablation | null = null,
  tries = 150,
): Promise<{ readonly story: Story; readonly played: Played }> {
  let best = { story, played: await play(story, room, mode, ablation) }
  const law = best.played.violations[0]?.law
  const budget = { left: tries }
  const attempt = async (candidate: Story): Promise<boolean> => {
    if (budget.left-- <= 0) return false
    const played = await play(candidate, room, mode, ablation)
    if (played.violations[0]?.law !== law) return false
    best = { story: candidate, played }
    return true
  }
  const without = (steps: readonly Step[], from: number, count: number): Step[] => [
    ...steps.slice(0, from),
    ...steps.slice(from + count),
  ]
  for (
    let size = Math.ceil(story.steps.length / 2);
    size >= 1 && budget.left > 0;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let from = best.story.steps.length - size; from >= 0 && budget.left > 0; from -= size) {
      const { steps } = best.story
      await attempt({ ...best.story, steps: without(steps, from, size) })
    }
  }
  for (const { at } of best.played.incidents.toReversed())
    await attempt({ ...best.story, spared: [...best.story.spared, at] })
  for (const step of best.story.steps) {
    if (step.kind !== 'run' || step.weather === 'calm') continue
    await attempt({
      ...best.story,
      steps: best.story.steps.map((other) => (other === step ? { ...step, weather: 'calm' as const } : other)),
    })
  }
  return { story: writtenDown(best.story, best.played), played: best.played }
}

/** The story with its incidents by name, so that it stays the same when the odds change. */
function writtenDown(story: Story, { incidents }: Played): Story {
  return { ...story, spared: [], met: Object.fromEntries(incidents.map(({ at, kind }) => [at, kind])) }
}

import type { Ablation } from './ablations.ts'
import { companyOf } from './company.ts'
import { play, type Mode, type Played, type Room } from './play.ts'
import { storyOf, type Story } from './story.ts'

/** Stories with a calm end are shorter, because the end is what they are about. */
const LENGTH: Record<Mode, number> = { safety: 22, liveness: 14 }

export function storyFor(seed: number, mode: Mode): Story {
  return storyOf(seed, companyOf(seed), LENGTH[mode])
}

export async function playSeed(
  seed: number,
  mode: Mode,
  room: Room,
  ablation: Ablation | null = null,
): Promise<Played> {
  return play(storyFor(seed, mode), room, mode, ablation)
}

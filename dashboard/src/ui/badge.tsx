import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleX,
  Clock,
  Hand,
  LoaderCircle,
  type LucideIcon,
  PauseCircle,
} from 'lucide-react'
import { t } from '../words/words.ts'

export type Tone = 'good' | 'warn' | 'bad' | 'calm' | 'accent'

const LOOKS: Readonly<Record<string, readonly [Tone, LucideIcon]>> = {
  'On time': ['good', CircleCheck],
  Late: ['warn', Clock],
  Failing: ['bad', CircleX],
  'Needs you': ['warn', Hand],
  Paused: ['calm', PauseCircle],
  'Never run': ['calm', CircleDashed],
  done: ['good', CircleCheck],
  running: ['accent', LoaderCircle],
  waiting: ['warn', Clock],
  stopped: ['warn', Hand],
  failed: ['bad', CircleX],
  intended: ['accent', LoaderCircle],
  refused: ['bad', Ban],
  superseded: ['calm', CircleDashed],
  'not sent': ['calm', CircleDashed],
  open: ['warn', Hand],
  resolved: ['good', CircleCheck],
  acknowledged: ['accent', CircleCheck],
  ended: ['good', CircleCheck],
  ok: ['good', CircleCheck],
  trouble: ['bad', CircleX],
  'never called': ['calm', CircleDashed],
  live: ['good', CircleCheck],
  held: ['warn', Hand],
  pending: ['accent', Clock],
  'left alone': ['calm', CircleDashed],
  deleted: ['calm', Ban],
  signed: ['good', CircleCheck],
}

/** A state by colour, icon and word together. */
export function Badge({ word, label }: { word: string; label?: string }) {
  const [tone, Icon] = LOOKS[word] ?? (['calm', CircleDashed] as const)
  return (
    <span className={`badge ${tone}`}>
      <Icon size={13} aria-hidden />
      {label ?? t.states[word as keyof typeof t.states] ?? word}
    </span>
  )
}

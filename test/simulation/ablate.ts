import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EmbeddedServer } from '../../src/store/embedded/embedded-server.ts'
import { ABLATIONS, type Ablation } from './ablations.ts'
import type { Mode, Room } from './play.ts'
import { openRoom } from './room.ts'
import { playSeed } from './seeds.ts'

/** Most seeds that an ablation may need before it is noticed. */
export const PATIENCE = 40

export interface Finding {
  readonly mechanism: string
  /** Null: nothing noticed that the mechanism was missing. */
  readonly law: string | null
  readonly text: string
  readonly seeds: number
  readonly mode: Mode | null
}

/** Plays seeds without the mechanism until a law of it is seen broken. */
export async function missed(ablation: Ablation, room: Room, first: number, patience = PATIENCE): Promise<Finding> {
  for (let n = 0; n < patience; n++) {
    for (const mode of ['liveness', 'safety'] as const) {
      const { violations } = await playSeed(first + n, mode, room, ablation)
      const found = violations.find(({ law }) => ablation.laws.includes(law))
      if (found) return { mechanism: ablation.mechanism, law: found.law, text: found.text, seeds: n + 1, mode }
    }
  }
  return { mechanism: ablation.mechanism, law: null, text: '', seeds: patience, mode: null }
}

/** Tries all ablations and writes docs/ablations.md; 1 when one of them went unnoticed. */
export async function ablate(server: EmbeddedServer, json: boolean, first: number, only?: string): Promise<number> {
  await server.createDatabase('room0')
  const room = await openRoom(server.socketUrl('room0'))
  const findings: Finding[] = []
  for (const ablation of ABLATIONS.filter(({ mechanism }) => mechanism.includes(only ?? ''))) {
    const finding = await missed(ablation, room, first)
    findings.push(finding)
    if (!json) console.log(`${finding.law ?? 'NOT NOTICED'}\t${finding.seeds}\t${finding.mechanism}\t${finding.text}`)
  }
  await room.close()
  if (json) console.log(JSON.stringify({ first, findings }))
  const file = join(import.meta.dirname, '../../docs/ablations.md')
  if (only === undefined) writeFileSync(file, tableOf(findings, first))
  return findings.every((finding) => finding.law !== null) ? 0 : 1
}

function tableOf(findings: readonly Finding[], first: number): string {
  const cell = (text: string): string => text.split('\n')[0]!.replaceAll('|', '\\|').slice(0, 160)
  return `# Ablations

A check that cannot fail proves nothing. Each mechanism below is switched off – from outside, by what the engine is given
– and the simulation has to notice. \`npm run simulate -- --ablations\` writes this page; the first seed was ${first}, and
no mechanism may need more than ${PATIENCE} seeds. Where it says “not noticed”, the stories are not harsh enough yet: that
nothing was seen proves nothing.

| mechanism that is missing | law seen broken | seeds needed | what was seen |
|---|---|---|---|
${findings.map((f) => `| ${cell(f.mechanism)} | ${f.law === null ? `not noticed | ${f.seeds} played | ` : `${f.law} | ${f.seeds} | ${cell(f.text)}`} |`).join('\n')}
`
}

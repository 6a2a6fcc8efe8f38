import type { App } from '../../app.ts'
import type { Look, Terminal } from '../terminal.ts'
import { counted, when } from './figures.ts'
import { visible } from './text-width.ts'

type Standing = Awaited<ReturnType<App['systems']['list']>>[number]

const STATES: Record<Standing['state'], { readonly words: string; readonly look: Look }> = {
  agreed: { words: 'the known database', look: 'green' },
  another: { words: 'not the known database', look: 'red' },
  new: { words: 'no run has used it yet', look: 'dim' },
  unknown: { words: 'cannot be identified', look: 'yellow' },
}

/** Prints each system: what answers now, and what was taken for it. */
export function printSystems(terminal: Terminal, systems: readonly Standing[]): void {
  const { paint } = terminal
  for (const { system, connector, state, accepted, now, elsewhere, notes, error, measured } of systems) {
    terminal.out(`${paint('bold', system)} (${connector}): ${paint(STATES[state].look, STATES[state].words)}`)
    if (now !== null) terminal.out(`  now     ${visible(now)}`)
    for (const { identity, anywhere, since, by } of accepted)
      terminal.out(
        `  known   ${visible(identity)}${anywhere ? ', at any address' : ''} ${paint('dim', `(${by ?? 'the first run'}, ${when(since, terminal.now())})`)}`,
      )
    for (const { flow, agreed, now: place } of elsewhere) {
      terminal.out(paint('red', `  the contract leads to other ${flow} than those that were agreed`))
      terminal.out(`  now     ${visible(place)}`)
      for (const one of agreed) terminal.out(`  agreed  ${visible(one)}`)
    }
    if (measured !== null)
      terminal.out(
        `  measured on ${measured.date}: ${measured.differs === 0 ? 'as described' : `differs in ${counted(measured.differs, 'way')}`}`,
      )
    for (const note of [...notes, ...(error === null ? [] : [error])]) terminal.out(paint('dim', `  ${visible(note)}`))
  }
  const others = systems.filter(({ state }) => state === 'another').map(({ system }) => system)
  for (const { system, elsewhere } of systems) {
    if (elsewhere.length === 0) continue
    terminal.out('')
    terminal.out(`The same records at another place: concordat systems confirm ${system}`)
    terminal.out(
      `Others, from a first sync on:      concordat systems start-over ${system} --flow ${elsewhere.map(({ flow }) => flow).join(' ')}`,
    )
  }
  if (others.length === 0) return
  terminal.out('')
  terminal.out(
    `If it is the same system, moved or restored: concordat systems confirm ${others.length === 1 ? others[0] : '<system>'}`,
  )
  terminal.out(`If it is a new system:                       concordat systems start-over ${others.join(' ')}`)
}

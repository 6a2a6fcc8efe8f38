import { readFileSync, readdirSync } from 'node:fs'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import type { Cli } from '../../src/cli/command.ts'
import { demoCommand } from '../../src/cli/demo/demo-command.ts'
import { buildProgram } from '../../src/cli/program.ts'
import type { ProgramParts } from '../../src/cli/program.ts'

/** The program as users have it; nothing of it is run here. */
const program = buildProgram({} as Cli, { version: '0', more: [demoCommand] } as unknown as ProgramParts)
const root = new URL('../../', import.meta.url)
const page = (name: string) => readFileSync(new URL(name, root), 'utf8')
const pages = [
  'README.md',
  ...readdirSync(new URL('docs/', root), { recursive: true })
    .map((name) => `docs/${String(name).replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.md')),
]

interface Known {
  readonly name: string
  readonly command: Command
}

function commandsOf(command: Command, before: string): Known[] {
  return command.commands.flatMap((nested) => {
    const name = `${before} ${nested.name()}`
    return [{ name, command: nested }, ...commandsOf(nested, name)]
  })
}

const commands = commandsOf(program, 'concordat')

/** The part of a page below a heading, as far as the next heading of the same or a higher level. */
function section(text: string, heading: string): string | undefined {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => new RegExp(`^#+ ${heading}$`).test(line))
  if (start < 0) return undefined
  const level = /^#+/.exec(lines[start]!)![0].length
  const end = lines.findIndex((line, i) => i > start && (/^#+(?= )/.exec(line)?.[0].length ?? Infinity) <= level)
  return lines.slice(start, end < 0 ? undefined : end).join('\n')
}

test('docs/commands.md has every command, with every option of its own', () => {
  const text = page('docs/commands.md')
  const shared = section(text, 'What all commands share')!
  const missing = commands.flatMap(({ name, command }) => {
    const own = section(text, name)
    if (own === undefined) return [name]
    return command.options
      .flatMap((option) => [option.short, option.long])
      .filter((flag) => flag !== undefined && !new RegExp(`${flag}(?![\\w-])`).test(own + shared))
      .map((flag) => `${name} ${flag}`)
  })
  expect(missing).toEqual([])
})

test('docs/commands.md names every exit status and every choice of an option', () => {
  const text = page('docs/commands.md')
  const missing = commands.flatMap(({ command }) =>
    command.options.flatMap((option) => option.argChoices ?? []).filter((choice) => !text.includes(`\`${choice}\``)),
  )
  expect(missing).toEqual([])
  for (const status of [0, 1, 2, 3, 130]) expect(text).toContain(`| ${status} |`)
})

test.each(pages)('%s only tells people to type what there is', (name) => {
  const typed = page(name).matchAll(/(?:^ {4}(?:\$ )?|`|^\$ |&& )(?:npx )?concordat ([^`\n]+)/gm)
  const unknown: string[] = []
  for (const [, line] of typed) {
    const words = line!.replace(/ {2,}.*$/, '').split(' ')
    let command: Command | undefined = program
    for (const word of words) {
      const nested: Command | undefined = command.commands.find((candidate) => candidate.name() === word)
      if (nested === undefined) break
      command = nested
    }
    if (command === program && !/^[-<]/.test(words[0]!)) unknown.push(line!)
    const group = command.commands.find((candidate) => candidate.name() === 'list') ?? command
    const flags = [command, group].flatMap((one) => one.options.flatMap((option) => [option.short, option.long]))
    for (const word of words)
      if (/^--?[a-zA-Z]/.test(word) && !['--help', '-h', ...flags].includes(word)) unknown.push(`${line}: ${word}`)
  }
  expect(unknown).toEqual([])
})

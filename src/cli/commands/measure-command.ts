import type { Command } from 'commander'
import { saveFile } from '../../contract/text/save-file.ts'
import { ConcordatError } from '../../model/errors.ts'
import { QUIRK_WORDS } from '../../model/quirk-words.ts'
import type { Passport, Quirk, Quirks } from '../../model/passport.ts'
import { type Cli, type CommonOptions, newCommand, openOptions, printJson } from '../command.ts'
import { EXIT } from '../exit-status.ts'
import type { Prompter } from '../init/prompter.ts'
import { printEdits, printPassport } from '../print/print-passport.ts'

type MeasureOptions = CommonOptions & { write?: string[]; set?: string[]; yes?: boolean }

/** `concordat systems test`: what a system does otherwise than its description says. */
export function measureCommand(cli: Cli, prompter: () => Prompter): Command {
  const { terminal } = cli
  return newCommand('test', 'Measure what a system does against what its description says', [
    [
      'concordat systems test crm',
      'only reads; shows what differs, then asks whether to write it into the description',
    ],
    ['concordat systems test crm --write accounts', 'also makes, changes and deletes test records of accounts'],
    ['concordat systems test crm --write accounts --set accounts.country=ES', 'with a value that it insists on'],
  ])
    .argument('<system>', 'system of the contract that is reached by an API')
    .option('--write <objects...>', 'objects of which test records may be made, changed and deleted')
    .option('--set <object.field=value...>', 'values that test records must have')
    .option('-y, --yes', 'write what was measured into the description, and ask nothing')
    .action(async (system: string, options: MeasureOptions) => {
      const shown = options.quiet !== true && options.json !== true
      // Ctrl-C ends it between two steps, so that test records are removed.
      const measured = await cli.interrupt.during(() =>
        cli.backend.measure(openOptions(cli, options), system, {
          writes: [...new Set(options.write)],
          given: givenValues(options.set ?? []),
          date: terminal.now().toISOString().slice(0, 10),
          signal: cli.interrupt.signal,
          onStep: (object, step) => {
            if (shown) terminal.err(terminal.paintErr('dim', object === null ? step : `${object}: ${step}`))
          },
        }),
      )
      const { passport, changed, byHand } = measured
      const file = changed.name
      if (!options.json) {
        printPassport(terminal, system, passport, options.write === undefined)
        printEdits(terminal, file, passport, byHand)
      }
      // What was interrupted has not seen everything.
      const whole = !cli.interrupt.signal.aborted
      const may = whole && terminal.interactive && !options.json && !options.yes
      const written = (whole && options.yes === true) || (may && (await prompter().confirm(`Write this into ${file}?`)))
      if (written) saveFile(changed)
      if (options.json) printJson(terminal, { system, ...passport, file, byHand, written })
      else if (written)
        terminal.out(`${file} says so now. Look at it, and check the contract: concordat check --connect`)
      else terminal.out(may || !whole ? 'Nothing was written.' : 'Nothing was written. Add --yes to write it.')
      cli.end(passport.left.length > 0 || losesSomething(passport) ? EXIT.waiting : EXIT.done)
    })
}

/** `accounts.country=ES` → by object and field. */
function givenValues(texts: readonly string[]): Record<string, Record<string, string>> {
  const given: Record<string, Record<string, string>> = {}
  for (const text of texts) {
    const [, object, field, value] = /^([^.=]+)\.([^=]+)=([^]*)$/.exec(text) ?? []
    if (object === undefined)
      throw new ConcordatError('cli.usage', `"${text}" does not say which field has which value.`, {
        cure: 'Write for example --set accounts.country=ES.',
      })
    given[object] = { ...given[object], [field!]: value! }
  }
  return given
}

const losesSomething = ({ found, objects }: Passport): boolean =>
  [found, ...Object.values(objects).map((one) => one.found)].some((quirks: Quirks) =>
    (Object.keys(quirks) as Quirk[]).some((quirk) => QUIRK_WORDS[quirk].level === 'loses'),
  )

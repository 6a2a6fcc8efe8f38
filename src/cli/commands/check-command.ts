import type { Command } from 'commander'
import { type Cli, type CommonOptions, newCommand, openOptions, printJson } from '../command.ts'
import { EXIT } from '../exit-status.ts'
import { printCheckReport, printRulebook } from '../print/print-findings.ts'

/** `concordat check`: what is wrong in the contract, and what nobody has decided yet. */
export function checkCommand(cli: Cli): Command {
  return newCommand('check', 'List the problems of the contract and its open questions', [
    ['concordat check', 'problems with their location, and open questions by person'],
    ['concordat check --rules', 'also the decisions as sentences'],
    ['concordat check --connect', 'also checks the systems; writes nothing'],
    ['concordat check --json', 'the same as JSON'],
  ])
    .option('--connect', 'also check the systems for problems and possible data loss')
    .option('--rules', 'also print the decisions as sentences, and the field owners')
    .action(async (options: CommonOptions & { rules?: boolean; connect?: boolean }) => {
      const read = await cli.backend.check(openOptions(cli, options))
      const sound = !read.problems.some((problem) => problem.severity === 'error')
      const seen = options.connect === true && sound ? await cli.backend.look(openOptions(cli, options)) : []
      const report = { ...read, problems: [...read.problems, ...seen] }
      const invalid = report.problems.some((problem) => problem.severity === 'error')
      const ok = !invalid && report.questions.length === 0
      if (options.json) {
        const { problems, questions, rulebook, contract } = report
        printJson(cli.terminal, { ok, fingerprint: contract?.fingerprint ?? null, problems, questions, rulebook })
      } else {
        if (options.rules) printRulebook(cli.terminal, report)
        printCheckReport(cli.terminal, report)
      }
      cli.end(ok ? EXIT.done : EXIT.undecided)
    })
}

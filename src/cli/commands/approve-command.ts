import { hostname, userInfo } from 'node:os'
import { type Command, Option } from 'commander'
import { ConcordatError } from '../../model/errors.ts'
import type { FlowSigning } from '../../model/report.ts'
import { type Cli, type CommonOptions, newCommand, openOptions, printJson, withApp } from '../command.ts'
import { printLook } from '../print/print-findings.ts'
import { EXIT } from '../exit-status.ts'

interface ApproveOptions extends CommonOptions {
  readonly as: 'business' | 'technical'
  readonly by: string
  readonly comment?: string
  readonly refuse?: boolean
}

/** `concordat approve`: an owner signs the rules of flows, or refuses to. */
export function approveCommand(cli: Cli): Command {
  return newCommand('approve', 'Sign the rules of a flow as its owner; the flow runs once both owners have signed', [
    ['concordat approve customers --as business --by ana', 'Ana signs the rules of customers as they are now'],
    ['concordat approve customers orders --as technical --by tomas', 'several flows at once'],
    [
      'concordat approve orders --as business --by ana --refuse --comment "prices are the shop’s"',
      'refuses to sign; `status` shows the reason',
    ],
  ])
    .argument('<flows...>', 'flows whose rules you sign')
    .addOption(
      new Option('--as <owner>', 'your role in the flow').choices(['business', 'technical']).makeOptionMandatory(),
    )
    .requiredOption('--by <person>', 'your key or e-mail in the contract')
    .option('--comment <text>', 'comment for the log')
    .option('--refuse', 'refuse to sign; requires --comment')
    .action(async (flows: string[], options: ApproveOptions) => {
      if (options.refuse === true && (options.comment ?? '').trim() === '')
        throw new ConcordatError('cli.usage', 'A refusal needs a comment.', { cure: 'Add --comment "…".' })
      // Whoever signs has seen what the systems say about it.
      const found = options.refuse === true ? [] : await cli.backend.look(openOptions(cli, options), flows)
      if (!options.json) printLook(cli.terminal, found)
      const status = await withApp(cli, options, async (app) => {
        const signings: FlowSigning[] = []
        for (const flow of new Set(flows))
          signings.push(
            await app.giveWord({
              flow,
              as: options.as,
              by: options.by,
              verdict: options.refuse === true ? 'refused' : 'signed',
              comment: options.comment,
              way: 'command line',
              actor: {
                kind: 'command line',
                account: null,
                who: options.by,
                address: `${userInfo().username}@${hostname()}`,
              },
            }),
          )
        if (options.json) printJson(cli.terminal, { flows: signings, findings: found })
        else for (const signing of signings) cli.terminal.out(sentence(signing, options))
        return EXIT.done
      })
      cli.end(status)
    })
}

function sentence({ flow, signed, why, ...owners }: FlowSigning, { as, refuse }: ApproveOptions): string {
  const said = `${owners[as].name} ${refuse === true ? 'refuses' : 'signs'} the rules of ${flow} as its ${as} owner.`
  if (refuse === true) return `${said} They do not run.`
  return signed ? `${said} Both owners have signed: they run from now on.` : `${said} ${why}`
}

import type { SourceSystem } from '../../contract/proposal/catalogue.ts'
import { urlVariable } from '../../contract/proposal/contract-draft.ts'
import {
  connectorOfUrl,
  DATABASE_CONNECTORS,
  isSystemName,
  lacksPassword,
  nameInUrl,
  withPasswordIn,
} from '../../contract/reading/system-address.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { Cli } from '../command.ts'
import { counted } from '../print/figures.ts'
import type { Prompter } from './prompter.ts'

export interface Source {
  readonly name: string
  readonly connector: string
  readonly url: string
  /** What was found there. */
  readonly system: SourceSystem
}

export interface SourceOptions {
  readonly from?: string
  readonly to?: string
  readonly fromName?: string
  readonly toName?: string
  readonly fromConnector?: string
  readonly toConnector?: string
}

/**
 * The two systems, from the options, from the environment and, with a prompter, from a person; connected to and looked at.
 * A person is asked again where the answer was wrong or nothing answers there.
 */
export async function readSources(
  cli: Cli,
  options: SourceOptions,
  prompter: Prompter | null,
): Promise<readonly [Source, Source]> {
  const from = await readSource(cli, 'from', options, prompter, null)
  return [from, await readSource(cli, 'to', options, prompter, from.name)]
}

async function readSource(
  cli: Cli,
  option: 'from' | 'to',
  options: SourceOptions,
  prompter: Prompter | null,
  taken: string | null,
): Promise<Source> {
  const which = option === 'from' ? 'first' : 'second'
  const givenUrl = options[option]
  const givenName = options[`${option}Name`]
  const usualName = option === 'from' ? 'erp' : 'crm'
  let name = givenName ?? usualName
  demandName(name, taken)
  let url = givenUrl ?? filled(cli.env[urlVariable(name)])
  if (givenUrl !== undefined) noteVisiblePassword(cli, name, givenUrl)
  for (;;) {
    const asked = url === undefined
    const of = givenName ?? `the ${which} system`
    url ??= await prompter?.text(`URL of the database of ${of} (postgres://user:password@host/database or mysql://…)`, {
      secret: true,
    })
    if (url === undefined) {
      throw new ConcordatError('cli.usage', `The URL of the ${which} system is missing.`, {
        cure: `Give it in the variable ${urlVariable(name)}, or with --${option} postgres://user@host/database (or mysql://…).`,
      })
    }
    if (asked && givenName === undefined) name = nameInUrl(url, taken) ?? usualName
    try {
      const connector = options[`${option}Connector`] ?? connectorOf(url, option)
      const whole = await withPassword(cli, name, url, prompter)
      return { name, connector, url: whole, system: await introspectSource(cli, name, connector, whole) }
    } catch (error) {
      if (prompter === null || !(error instanceof ConcordatError) || error.code === 'bug') throw error
      // What was typed can be typed again; what stands on the command line is put right there.
      if (!asked && error.code === 'cli.usage') throw error
      cli.terminal.err(`${cli.terminal.paintErr('red', 'error:')} ${error.message}`)
      if (error.cure !== undefined) cli.terminal.err(error.cure)
      url = undefined
    }
  }
}

/** Command lines are seen by other users of the machine, and kept by the shell. */
function noteVisiblePassword(cli: Cli, name: string, url: string): void {
  if (!URL.canParse(url) || new URL(url).password === '') return
  cli.terminal.err(
    `The password of ${name} is on the command line, where other users and the shell history can show it. ` +
      `Leave it out: init asks for it or reads it from ${passwordVariable(name)}.`,
  )
}

/** A URL that names a user and no password gets it from the environment or from a person; none is a password, too. */
async function withPassword(cli: Cli, name: string, url: string, prompter: Prompter | null): Promise<string> {
  if (!lacksPassword(url)) return url
  const user = decodeURIComponent(new URL(url).username)
  const password =
    filled(cli.env[passwordVariable(name)]) ??
    (await prompter?.text(`Password of ${user} in ${name} (Enter: none)`, { secret: true, optional: true }))
  return withPasswordIn(url, password ?? '')
}

const passwordVariable = (system: string): string => urlVariable(system).replace(/URL$/, 'PASSWORD')

const filled = (text: string | undefined): string | undefined => (text?.trim() ? text : undefined)

function connectorOf(url: string, option: string): string {
  const connector = connectorOfUrl(url)
  if (connector !== null) return connector
  // The URL itself stays out of the message: it holds a password.
  throw new ConcordatError('cli.usage', `The URL after --${option} does not say which kind of system it is.`, {
    cure: `Begin it with postgres:// or mysql://, or name the connector with --${option}-connector (${DATABASE_CONNECTORS.join(', ')}).`,
  })
}

function demandName(name: string, taken: string | null): void {
  if (name === taken)
    throw new ConcordatError('cli.usage', `Both systems are called ${name}.`, {
      cure: 'Give them different names with --from-name and --to-name.',
    })
  if (isSystemName(name)) return
  throw new ConcordatError('cli.usage', `"${name}" cannot be the name of a system.`, {
    cure: 'Use a short word of letters, digits, - or _ that is no setting of a contract, such as erp or shop.',
  })
}

/** Connects to a system and reads what is in it. */
async function introspectSource(cli: Cli, name: string, connector: string, url: string): Promise<SourceSystem> {
  const { product, notes, catalogue } = await cli.backend.introspect(connector, { url }).catch((error: unknown) => {
    if (!(error instanceof ConcordatError)) throw error
    throw new ConcordatError(error.code, `${name}: ${error.message}`, {
      cause: error,
      ...(error.cure === undefined ? {} : { cure: error.cure }),
    })
  })
  const tables = catalogue.objects.filter((object) => !object.isView).length
  cli.terminal.err(`${name}: ${product}, ${counted(tables, 'table')}`)
  for (const note of notes) cli.terminal.err(cli.terminal.paintErr('dim', `  ${note}`))
  return { name, connector, catalogue }
}

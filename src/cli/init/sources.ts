import type { SourceSystem } from '../../contract/proposal/catalogue.ts'
import { urlVariable } from '../../contract/proposal/write-contract.ts'
import { FIELD_SETTINGS } from '../../contract/schema.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { Cli } from '../command.ts'
import { counted } from '../print/figures.ts'
import type { Prompter } from './prompter.ts'

export interface Source {
  readonly name: string
  readonly connector: string
  readonly url: string
}

export interface SourceOptions {
  readonly from?: string
  readonly to?: string
  readonly fromName?: string
  readonly toName?: string
  readonly fromConnector?: string
  readonly toConnector?: string
}

const CONNECTORS = ['postgres', 'mysql'] as const

/** The two systems, from the options, from the environment and, with a prompter, from a person. */
export async function readSources(
  cli: Cli,
  options: SourceOptions,
  prompter: Prompter | null,
): Promise<readonly [Source, Source]> {
  const from = await readSource(cli, 'from', 'erp', options.from, options.fromName, options.fromConnector, prompter)
  const to = await readSource(cli, 'to', 'crm', options.to, options.toName, options.toConnector, prompter)
  if (from.name === to.name) {
    throw new ConcordatError('cli.usage', `Both systems are called ${from.name}.`, {
      cure: 'Give them different names with --from-name and --to-name.',
    })
  }
  return [from, to]
}

async function readSource(
  cli: Cli,
  option: 'from' | 'to',
  usualName: string,
  givenUrl: string | undefined,
  givenName: string | undefined,
  givenConnector: string | undefined,
  prompter: Prompter | null,
): Promise<Source> {
  const which = option === 'from' ? 'first' : 'second'
  const name =
    givenName ??
    (prompter !== null && givenUrl === undefined
      ? await prompter.text(`What do you call the ${which} system? A short name, such as erp, crm or shop.`, {
          initial: usualName,
        })
      : usualName)
  checkName(name)
  const url =
    givenUrl ??
    filled(cli.env[urlVariable(name)]) ??
    (await prompter?.text(`URL of ${name}'s database (postgres://user:password@host/database or mysql://…)`, {
      secret: true,
    }))
  if (url === undefined) {
    throw new ConcordatError('cli.usage', `The URL of the ${which} system is missing.`, {
      cure: `Give it in the variable ${urlVariable(name)}, or with --${option} postgres://user@host/database (or mysql://…).`,
    })
  }
  const connector = givenConnector ?? connectorOf(url, option)
  if (givenUrl !== undefined) noteVisiblePassword(cli, name, givenUrl)
  return { name, connector, url: await withPassword(cli, name, url, prompter) }
}

/** Command lines are seen by other users of the machine, and kept by the shell. */
function noteVisiblePassword(cli: Cli, name: string, url: string): void {
  if (!URL.canParse(url) || new URL(url).password === '') return
  cli.terminal.err(
    `The password of ${name} stands on the command line, where other users and the history of the shell can see it. ` +
      `Leave it out, and init asks for it or takes it from ${passwordVariable(name)}.`,
  )
}

/** A URL that names a user and no password gets it from the environment or from a person; none is a password, too. */
async function withPassword(cli: Cli, name: string, url: string, prompter: Prompter | null): Promise<string> {
  if (!URL.canParse(url)) return url
  const parts = new URL(url)
  if (parts.username === '' || parts.password !== '') return url
  const user = decodeURIComponent(parts.username)
  const password =
    filled(cli.env[passwordVariable(name)]) ??
    (await prompter?.text(`Password of ${user} in ${name} (Enter: none)`, { secret: true, optional: true }))
  if (password === undefined || password === '') return url
  parts.password = encodeURIComponent(password)
  return parts.href
}

const passwordVariable = (system: string): string => urlVariable(system).replace(/URL$/, 'PASSWORD')

const filled = (text: string | undefined): string | undefined => (text?.trim() ? text : undefined)

function connectorOf(url: string, option: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase()
  if (scheme === 'postgres' || scheme === 'postgresql') return 'postgres'
  if (scheme === 'mysql' || scheme === 'mariadb') return 'mysql'
  // The URL itself stays out of the message: it holds a password.
  throw new ConcordatError('cli.usage', `The URL after --${option} does not say which kind of system it is.`, {
    cure: `Begin it with postgres:// or mysql://, or name the connector with --${option}-connector (${CONNECTORS.join(', ')}).`,
  })
}

/** Words that stand beside system names in a contract, and would be taken for settings or answers. */
const TAKEN: ReadonlySet<string> = new Set([...FIELD_SETTINGS, 'shared', 'newest', 'ask', 'both', 'golden'])

function checkName(name: string): void {
  if (/^[A-Za-z][A-Za-z0-9_-]{0,59}$/.test(name) && !TAKEN.has(name)) return
  throw new ConcordatError('cli.usage', `"${name}" cannot be the name of a system.`, {
    cure: 'Use a short word of letters, digits, - or _ that is no setting of a contract, such as erp or shop.',
  })
}

/** Connects to both systems and reads what is in them. */
export async function introspectSources(
  cli: Cli,
  sources: readonly [Source, Source],
): Promise<readonly [SourceSystem, SourceSystem]> {
  const systems: SourceSystem[] = []
  for (const { name, connector, url } of sources) {
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
    systems.push({ name, connector, catalogue })
  }
  return systems as [SourceSystem, SourceSystem]
}

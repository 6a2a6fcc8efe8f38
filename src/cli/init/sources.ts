import type { SourceSystem } from '../../contract/proposal/catalogue.ts'
import { urlVariable } from '../../contract/proposal/contract-draft.ts'
import { FIELD_SETTINGS } from '../../contract/schema/schema.ts'
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

const CONNECTORS = ['postgres', 'mysql'] as const

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
    if (asked && givenName === undefined) name = nameIn(url, taken) ?? usualName
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

/** A system whose URL was typed is called like its database, where that can be a name. */
function nameIn(url: string, taken: string | null): string | null {
  const name = URL.canParse(url) ? new URL(url).pathname.replace(/^\//, '').toLowerCase() : ''
  return name !== taken && isName(name) ? name : null
}

const isName = (name: string): boolean => /^[A-Za-z][A-Za-z0-9_-]{0,59}$/.test(name) && !TAKEN.has(name)

function demandName(name: string, taken: string | null): void {
  if (name === taken)
    throw new ConcordatError('cli.usage', `Both systems are called ${name}.`, {
      cure: 'Give them different names with --from-name and --to-name.',
    })
  if (isName(name)) return
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

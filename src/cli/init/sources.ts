import type { SourceSystem } from '../../contract/proposal/catalogue.ts'
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

/** The two systems, from the options and, with a prompter, from a person. */
export async function readSources(
  options: SourceOptions,
  prompter: Prompter | null,
): Promise<readonly [Source, Source]> {
  const from = await readSource('from', 'erp', options.from, options.fromName, options.fromConnector, prompter)
  const to = await readSource('to', 'crm', options.to, options.toName, options.toConnector, prompter)
  if (from.name === to.name) {
    throw new ConcordatError('cli.usage', `Both systems are called ${from.name}.`, {
      cure: 'Give them different names with --from-name and --to-name.',
    })
  }
  return [from, to]
}

async function readSource(
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
    (await prompter?.text(`URL of ${name}'s database (postgres://user:password@host/database or mysql://…)`, {
      secret: true,
    }))
  if (url === undefined) {
    throw new ConcordatError('cli.usage', `The URL of the ${which} system is missing.`, {
      cure: `Give it with --${option} postgres://user:password@host/database (or mysql://…).`,
    })
  }
  return { name, connector: givenConnector ?? connectorOf(url, option), url }
}

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

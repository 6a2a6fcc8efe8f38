import type { Watched } from '../../connector-kit/change-feed.ts'
import { nearMiss } from '../../connector-kit/near-miss.ts'
import type {
  Catalogue,
  ConnectionReport,
  Connector,
  ConnectorKind,
  Marking,
  ObjectSpec,
  RemoteObject,
} from '../../connector-kit/port.ts'
import { relationsOf, tableNamed } from '../../connector-kit/table-names.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { SystemIdentity } from '../../model/system-identity.ts'
import type { Dialect } from './dialect.ts'
import { SqlObject } from './object.ts'
import { openTable } from './open-table.ts'
import { Rows } from './rows.ts'
import { Session } from './session.ts'
import { toCatalogue, type Table } from './table.ts'

/** The connector that speaks a dialect. */
export function sqlKind(dialect: Dialect): ConnectorKind {
  const { name, title, urlHelp } = dialect
  return {
    name,
    title,
    settings: [{ name: 'url', required: true, secret: true, help: urlHelp }],
    connect: (settings) => new SqlConnector(dialect, settings.url ?? ''),
  }
}

class SqlConnector implements Connector {
  readonly kind: string
  private readonly dialect: Dialect
  private readonly session: Session

  constructor(dialect: Dialect, url: string) {
    this.kind = dialect.name
    this.dialect = dialect
    this.session = new Session(dialect, url)
  }

  test(): Promise<ConnectionReport> {
    return this.session.query((link) => this.dialect.report(link))
  }

  async introspect({ named = false }: { readonly named?: boolean } = {}): Promise<Catalogue> {
    const tables = await this.session.query((link) => this.dialect.tables(link, null, named))
    if (named && tables.length === 0 && this.dialect.namesNothing) return this.introspect()
    return { ...toCatalogue(tables), ...(named && { named }) }
  }

  identity(): Promise<SystemIdentity> {
    return this.session.identity()
  }

  trust(trusts: (identity: SystemIdentity) => boolean): void {
    this.session.trust(trusts)
  }

  mark(marking: Marking): void {
    this.session.marking = marking
  }

  isPooled(): Promise<boolean> {
    return this.session.isPooled()
  }

  async open(spec: ObjectSpec): Promise<RemoteObject> {
    const names = [spec.object, ...(spec.lines ?? []).map((lines) => lines.object)]
    const found = await this.session.query((link) => this.dialect.tables(link, relationsOf(names)))
    const open = await openTable(spec, (name) => this.find(found, name))
    return new SqlObject(this.session, new Rows(this.dialect, open), spec.fields.includes(spec.id))
  }

  async feed(watched: readonly Watched[], installation: string) {
    return this.dialect.feed(this.session, watched, installation)
  }

  close(): Promise<void> {
    return this.session.close()
  }

  private async find(found: readonly Table[], name: string): Promise<Table> {
    const table = tableNamed(found, name)
    if (table !== undefined) return table
    const all = await this.session.query((link) => this.dialect.tables(link, null))
    const meant = nearMiss(
      name,
      all.map((candidate) => candidate.name),
    )
    throw new ConcordatError(
      'connector.no-such-object',
      `${this.dialect.failures.product} at ${this.session.server} has no table ${JSON.stringify(name)} that this user can see.`,
      { cure: meant === null ? this.dialect.otherPlaces : `Did you mean ${JSON.stringify(meant)}?` },
    )
  }
}

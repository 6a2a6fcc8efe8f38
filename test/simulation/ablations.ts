import type { ChangePage, Connector, Cursor, RemoteObject, UpdateItem } from '../../src/connector-kit/port.ts'
import { MemoryConnector } from '../../src/connectors/memory/memory.ts'
import type { Database, Session } from '../../src/store/database/database.ts'
import { TABLES, type Business } from './business.ts'
import type { Company } from './company.ts'
import { ANYTHING } from './faulty-connector.ts'
import { ASKS } from './worker.ts'

/*
 * Each mechanism that upholds a law, switched off from outside: the engine's code stays as it is, but what it is given –
 * a connector, a session with the store, a clock, a contract – no longer does its part. The simulation has to notice.
 */

export interface Ablation {
  /** What is switched off. */
  readonly mechanism: string
  /** Laws of which at least one must be seen broken. */
  readonly laws: readonly string[]
  readonly connector?: (inner: Connector) => Connector
  readonly store?: (inner: Database) => Database
  /** For every session with the store, also those that last as long as a lease. */
  readonly session?: (inner: Session) => Session
  readonly beforeRun?: (store: Database, businesses: ReadonlyMap<string, Business>) => Promise<void>
  /** What the contract says, when it is not what people decided. */
  readonly company?: (company: Company) => Company
  /** The process does not notice how time passes. */
  readonly clockStandsStill?: boolean
  /** The store tells each process the time by that one's own clock. */
  readonly leasesByOwnClock?: boolean
}

export const ABLATIONS: readonly Ablation[] = [
  {
    mechanism: 'Incremental reads look back behind the cursor',
    laws: ['L1', 'L2', 'L25'],
    connector: onObjects((object) => ({
      changedSince: (cursor: Cursor, _: number, size: number): AsyncIterable<ChangePage> =>
        object.changedSince(cursor, 0, size),
    })),
  },
  {
    mechanism: 'Intents are stored before the call',
    laws: ['L16', 'L23', 'L3'],
    beforeRun: async (store) => {
      await store.query('delete from operation o using batch b where b.id = o.batch_id and b.settled_at is null')
      await store.query('delete from batch where settled_at is null')
    },
  },
  {
    mechanism: 'A lost create is looked for before it is repeated',
    laws: ['L3', 'L16', 'L23'],
    connector: onObjects(() => ({ search: async (values) => values.map(() => []) })),
  },
  {
    mechanism: 'Writes are conditional on what was read',
    laws: ['L4'],
    connector: onObjects((object) => ({
      update: (items: readonly UpdateItem[], look) =>
        object.update(
          items.map((item) => ({ ...item, expect: ANYTHING })),
          look,
        ),
    })),
  },
  {
    mechanism: 'Absence is confirmed by a point read',
    laws: ['L12', 'L1', 'L3'],
    connector: onObjects(() => ({ read: async () => [] })),
  },
  {
    mechanism: 'What is gone is found by listing the ids',
    laws: ['L1', 'L2'],
    connector: onObjects(() => ({
      async *scanIds(): AsyncGenerator<readonly string[]> {
        yield Array.from({ length: 100 }, (_, i) => String(i + 1))
      },
    })),
  },
  {
    mechanism: 'Every commit checks the lease',
    laws: ['L17', 'L16', 'L3', 'L23', 'L1'],
    store: (inner) => ({ ...inner, transaction: (work) => inner.transaction((session) => work(session, [{}])) }),
  },
  {
    mechanism: 'Only one process works on a flow at a time',
    laws: ['L17', 'L3', 'L16', 'L23'],
    session: onStatements((text, values) => [
      text.includes('insert into lease') ? text.replace('lease.has_lock and (select free from alive)', 'true') : text,
      values,
    ]),
  },
  {
    mechanism: 'The lease deadline is checked before each call that writes',
    laws: ['L17', 'L3', 'L16', 'L23'],
    clockStandsStill: true,
  },
  {
    mechanism: 'The store is asked for its word when a write is in place, before it is committed',
    laws: ['L17', 'L3', 'L16', 'L23'],
    connector: onObjects((object) => ({
      create: (items) => object.create(items),
      update: (items) => object.update(items),
      delete: (items) => object.delete(items),
    })),
  },
  {
    mechanism: 'The store’s answer decides whether a write that is in place is committed',
    laws: ['L17', 'L3', 'L16', 'L23'],
    session: (session) => ({
      ...session,
      query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
        ASKS.test(text) ? ([{}] as Row[]) : session.query<Row>(text, values),
    }),
  },
  {
    mechanism: 'Whoever takes a flow over waits for the writes that are in place',
    laws: ['L3', 'L16', 'L23'],
    connector: onObjects(() => ({ awaitWrites: async () => {} })),
  },
  {
    mechanism: 'How long a lease lasts is told by the store’s clock',
    laws: ['L17'],
    leasesByOwnClock: true,
  },
  {
    mechanism: 'The shadow is what the system confirmed, not what it holds now',
    laws: ['L1', 'L15', 'L5'],
    beforeRun: async (store, businesses) => {
      for (const business of businesses.values()) {
        for (const table of TABLES) {
          const records = await recordsOf(business, table)
          await store.query(
            `update link l set image = n.image from unnest($1::text[], $2::text[]) as n(id, image), side s, flow f
             where s.id = l.side_id and f.id = s.flow_id and s.system = $3 and f.name = $4 and l.remote_id = n.id`,
            [records.map((r) => r.id), records.map((r) => r.image), business.name, table],
          )
        }
      }
    },
  },
  {
    mechanism: 'What a system cannot keep is remembered with its link',
    laws: ['L7', 'L1', 'L2', 'L10'],
    beforeRun: async (store) => void (await store.query('update link set waived = null where waived is not null')),
  },
  {
    mechanism: 'Records are found again by their match keys',
    laws: ['L3', 'L1'],
    beforeRun: async (store) => void (await store.query('delete from match_key')),
  },
  {
    mechanism: 'What is due outlives the run in which it was decided',
    laws: ['L1'],
    beforeRun: async (store) => void (await store.query('delete from dirty')),
  },
  {
    mechanism: 'Revisions keep the values that did not win',
    laws: ['L8'],
    session: onCopies((target) => !target.startsWith('revision')),
  },
  {
    mechanism: 'Deletions are counted against the limit',
    laws: ['L20'],
    company: (company) => ({ ...company, decisions: { ...company.decisions, deletions: null } }),
  },
  {
    mechanism: 'What comes again under the id of a deleted record is looked at',
    laws: ['L1', 'L3'],
    session: onStatements((text, values) => [
      text.replaceAll('l.state,', `case l.state when 'gone' then 'unlinked' else l.state end as state,`),
      values,
    ]),
  },
  {
    mechanism: 'What is replaced under its id counts as deleted',
    laws: ['L1'],
    session: (session) => ({
      ...session,
      execute: (text, values = []) =>
        session.execute(text.replace('l.*, n.undecided', 'l.*, false as undecided'), values),
    }),
  },
  {
    mechanism: 'A record is restored with the columns that no flow maps',
    laws: ['L14'],
    connector: onObjects((object) => ({
      create: (items, look) =>
        object.create(
          items.map((item) => {
            const { note: _, ...values } = item.values
            return { ...item, values }
          }),
          look,
        ),
    })),
  },
  {
    mechanism: 'A system that was restored from an older backup is recognised by its values',
    laws: ['L35'],
    session: onStatements((text, values) => [
      text.replace(
        'from revision where flow_id = $1 and run_id >= $2',
        'from revision where false and flow_id = $1 and run_id >= $2',
      ),
      values,
    ]),
  },
  {
    mechanism: 'A mark shows that a system was restored',
    laws: ['L35'],
    connector: onObjects((object) => ({
      markedAs: async () => {
        const { object: name } = (await object.markedAs!()) ?? { object: '' }
        return { object: name, number: String(2n ** 62n), highest: null }
      },
    })),
  },
  {
    mechanism: 'What a restored store has forgotten, and has no match key, is found by its content',
    laws: ['L3'],
    session: onStatements((text, values) => [
      text.replace(
        /and r\.state = 'pending'\s+and not exists \(select 1 from link/,
        'and false and not exists (select 1 from link',
      ),
      values,
    ]),
  },
  {
    mechanism: 'A deletion waits for what refers to its record',
    laws: ['L31'],
    connector: onObjects((object) => ({
      search: (values, most) => (most === undefined ? object.search(values) : Promise.resolve(values.map(() => []))),
    })),
  },
  {
    mechanism: 'What stands in the way in a ring of unique values is freed for a moment',
    laws: ['L1', 'L31'],
    connector: onObjects((object) => ({
      update: (items: readonly UpdateItem[], look) =>
        object.update(
          items.map(({ id, expect, set, lines, turn }) => ({
            id,
            expect,
            set,
            ...(lines && { lines }),
            ...(turn && { turn }),
          })),
          look,
        ),
    })),
  },
  {
    mechanism: 'Rings that a system does not take in one call land in steps',
    laws: ['L1', 'L31'],
    connector: onObjects((object) => ({ capabilities: { ...object.capabilities, atomicBatch: true } })),
  },
]

/** Wraps the objects that a connector opens. */
function onObjects(change: (object: RemoteObject) => Partial<RemoteObject>): (inner: Connector) => Connector {
  return (inner) => ({
    kind: inner.kind,
    test: () => inner.test(),
    introspect: () => inner.introspect(),
    close: () => inner.close(),
    open: async (spec) => {
      const object = await inner.open(spec)
      const changed = change(object)
      return new Proxy(object, {
        get: (target, name) => {
          const own: unknown = (changed as Record<PropertyKey, unknown>)[name] ?? Reflect.get(target, name)
          return typeof own === 'function' ? (own.bind(target) as unknown) : own
        },
      })
    },
  })
}

function onStatements(
  change: (text: string, values: readonly unknown[]) => [string, readonly unknown[]],
): (inner: Session) => Session {
  return (session) => ({
    ...session,
    query: (text, values = []) => session.query(...change(text, values)),
  })
}

function onCopies(passes: (target: string) => boolean): (inner: Session) => Session {
  return (session) => ({
    ...session,
    copyIn: async (target, lines) => (passes(target) ? session.copyIn(target, lines) : undefined),
  })
}

async function recordsOf(business: Business, table: string): Promise<{ id: string; image: string }[]> {
  const lines =
    table === 'orders'
      ? [
          {
            name: 'lines',
            object: 'order_lines',
            parent: 'order_id',
            id: ['position'],
            fields: ['position', 'sku', 'quantity'],
          },
        ]
      : []
  const object = await new MemoryConnector(business.database).open({
    object: table,
    id: 'id',
    fields: [],
    ...(lines.length > 0 && { lines }),
  })
  const all: { id: string; image: string }[] = []
  for await (const page of object.scan({ after: null, upTo: null }, 1000)) all.push(...page)
  return all
}

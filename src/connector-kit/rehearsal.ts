import { decodeImage, encodeImage } from '../model/image.ts'
import type { Raw } from '../model/value.ts'
import type { Connector, CreateItem, DeleteItem, RemoteObject, RemoteRecord, UpdateItem, WriteResult } from './port.ts'

/*
 * A connector that reads the real system and only pretends to write: what it was told to write it answers to later reads
 * of the same ids. `plan` runs on it.
 */

export function rehearsing(connector: Connector): Connector {
  return {
    kind: connector.kind,
    test: () => connector.test(),
    introspect: (options) => connector.introspect(options),
    ...(connector.isPooled && { isPooled: () => connector.isPooled!() }),
    ...(connector.identity && { identity: () => connector.identity!() }),
    ...(connector.trust && { trust: (trusts) => connector.trust!(trusts) }),
    open: async (spec) => rehearsingObject(await connector.open(spec)),
    close: async () => {},
  }
}

function rehearsingObject(real: RemoteObject): RemoteObject {
  const { columns, id: idPlace, lines } = real.layout
  const linePlaces = new Set([...lines.values()].map((line) => line.place))
  const written = new Map<string, RemoteRecord | null>()
  let next = 0

  const compose = (id: string, before: readonly Raw[] | null, set: Readonly<Record<string, Raw>>): RemoteRecord => {
    const values = columns.map((column, place): Raw => {
      if (place === idPlace) return id
      if (linePlaces.has(place)) return before ? before[place]! : '[]'
      return column in set ? set[column]! : before ? before[place]! : null
    })
    return { id, values, image: encodeImage(values), inScope: true }
  }
  const done = (record: RemoteRecord): WriteResult => {
    written.set(record.id, record)
    return { kind: 'done', record }
  }
  return {
    layout: real.layout,
    ...(real.catalogue && { catalogue: real.catalogue }),
    ...(real.locator && { locator: real.locator }),
    ...(real.measure && { measure: real.measure }),
    capabilities: { ...real.capabilities, ids: real.capabilities.ids === 'given' ? 'given' : 'reserved' },
    ...(real.markedAs && { markedAs: () => real.markedAs!() }),
    estimate: () => real.estimate(),
    scan: (range, pageSize) => real.scan(range, pageSize),
    digest: (range) => real.digest(range),
    scanIds: (pageSize) => real.scanIds(pageSize),
    now: () => real.now(),
    changedSince: (cursor, overlap, pageSize) => real.changedSince(cursor, overlap, pageSize),
    search: async (values) => values.map(() => []),
    async read(ids) {
      const rest = ids.filter((id) => !written.has(id))
      const found = rest.length > 0 ? await real.read(rest) : []
      return [...found, ...ids.flatMap((id) => written.get(id) ?? [])]
    },
    reserveIds: async (count) => Array.from({ length: count }, () => `new ${++next}`),
    create: async (items: readonly CreateItem[]) =>
      items.map((item) => {
        const record = compose(item.id ?? `new ${++next}`, null, item.values)
        const values = [...record.values]
        for (const [name, inserts] of Object.entries(item.lines ?? {})) {
          const line = lines.get(name)!
          values[line.place] = JSON.stringify(
            inserts.map((insert, n) =>
              line.columns.map((column, i) => (i === 0 ? `new ${n + 1}` : (insert.values[column] ?? null))),
            ),
          )
        }
        return done({ ...record, values, image: encodeImage(values) })
      }),
    update: async (items: readonly UpdateItem[]) =>
      items.map((item) => done(compose(item.id, decodeImage(item.expect), item.set))),
    delete: async (items: readonly DeleteItem[]) =>
      items.map((item): WriteResult => {
        written.set(item.id, null)
        return { kind: 'done', record: null }
      }),
  }
}

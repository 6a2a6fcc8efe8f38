import type { Connector, Measures, RemoteObject } from './port.ts'

/** Every call to a system goes through its gate, which may make it wait, refuse it, and sees how it ends. */
export interface Gate {
  call<T>(work: () => Promise<T>): Promise<T>
}

/** A connector whose every call goes through a gate. A page of a listing is a call of its own. */
export function gated(connector: Connector, gate: Gate): Connector {
  return {
    kind: connector.kind,
    test: () => gate.call(() => connector.test()),
    introspect: (options) => gate.call(() => connector.introspect(options)),
    ...(connector.isPooled && { isPooled: () => gate.call(() => connector.isPooled!()) }),
    ...(connector.identity && { identity: () => gate.call(() => connector.identity!()) }),
    ...(connector.mark && { mark: (marking) => connector.mark!(marking) }),
    ...(connector.budget && { budget: connector.budget }),
    ...(connector.trust && { trust: (trusts) => connector.trust!(trusts) }),
    // Listening waits for hours and costs the system nothing that a budget is for; what it hints at is read through the gate.
    ...(connector.feed && {
      feed: (watched, installation) => gate.call(() => connector.feed!(watched, installation)),
    }),
    open: async (spec) => gatedObject(await gate.call(() => connector.open(spec)), gate),
    close: () => connector.close(),
  }
}

function gatedObject(real: RemoteObject, gate: Gate): RemoteObject {
  return {
    layout: real.layout,
    ...(real.catalogue && { catalogue: real.catalogue }),
    ...(real.locator && { locator: real.locator }),
    ...(real.measure && { measure: gatedMeasures(real.measure, gate) }),
    ...(real.measured !== undefined && { measured: real.measured }),
    capabilities: real.capabilities,
    ...(real.markedAs && { markedAs: () => gate.call(() => real.markedAs!()) }),
    estimate: () => gate.call(() => real.estimate()),
    scan: (range, pageSize) => pages(real.scan(range, pageSize), gate),
    digest: (range) => gate.call(() => real.digest(range)),
    scanIds: (pageSize) => pages(real.scanIds(pageSize), gate),
    now: () => gate.call(() => real.now()),
    changedSince: (cursor, overlap, pageSize) => pages(real.changedSince(cursor, overlap, pageSize), gate),
    read: (ids) => gate.call(() => real.read(ids)),
    reserveIds: (count) => gate.call(() => real.reserveIds(count)),
    search: (values, most) => gate.call(() => real.search(values, most)),
    ...(real.awaitWrites && { awaitWrites: () => gate.call(() => real.awaitWrites!()) }),
    create: (items, beforeCommit) => gate.call(() => real.create(items, beforeCommit)),
    update: (items, beforeCommit) => gate.call(() => real.update(items, beforeCommit)),
    delete: (items, beforeCommit) => gate.call(() => real.delete(items, beforeCommit)),
  }
}

function gatedMeasures(real: Measures, gate: Gate): Measures {
  return {
    sharedId: () => gate.call(() => real.sharedId()),
    longest: (columns) => gate.call(() => real.longest(columns)),
    filled: (columns) => gate.call(() => real.filled(columns)),
  }
}

async function* pages<T>(listing: AsyncIterable<T>, gate: Gate): AsyncIterable<T> {
  const iterator = listing[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await gate.call(() => iterator.next())
      if (next.done) return
      yield next.value
    }
  } finally {
    await iterator.return?.()
  }
}

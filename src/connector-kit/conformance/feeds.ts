import assert from 'node:assert/strict'
import type { ChangeFeed, HintBatch, Watched } from '../change-feed.ts'
import { failure, landed } from './bench.ts'
import type { Bench } from './bench.ts'

const WATCHED: readonly Watched[] = [
  {
    object: 'customers',
    id: 'id',
    lines: [
      { object: 'customer_lines', parent: 'customer_id' },
      { object: 'customer_parts', parent: 'customer_id' },
    ],
  },
  { object: 'codes', id: 'code' },
]
const INSTALLATION = 'conform1'

/** Change feeds: what is hinted at, and that nothing is lost. Connectors without a feed pass by not having one. */
export function feedsConformance(bench: Bench): void {
  const { test } = bench.runner
  const { customer, customers, open } = bench

  const feedOf = (installation = INSTALLATION): Promise<ChangeFeed> => bench.connector.feed!(WATCHED, installation)
  const withFeed = (name: string, body: (feed: ChangeFeed) => Promise<void>): void =>
    test(name, async () => {
      if (bench.connector.feed === undefined) return
      const feed = await feedOf()
      await feed.install()
      try {
        await body(feed)
      } finally {
        await feed.remove()
      }
    })
  /** Ids of `object` that are hinted at until `enough` of them came; acknowledges when told to. */
  const hinted = async (feed: ChangeFeed, enough: number, options: { keep?: boolean } = {}): Promise<string[]> => {
    const names: string[] = []
    for (const batch of await take(feed, enough)) {
      names.push(...batch.hints.map((hint) => `${hint.object} ${hint.id ?? 'all'}`))
      if (!options.keep) await feed.acknowledge(batch.token)
    }
    return [...new Set(names)].toSorted()
  }
  const nothing = async (feed: ChangeFeed): Promise<void> => assert.deepEqual(await hinted(feed, Infinity), [])

  test('a feed that is not installed says so, shows what it would make, and leaves nothing when it is removed', async () => {
    if (bench.connector.feed === undefined) return
    const feed = await feedOf()
    const before = await feed.inspect()
    assert.equal(before.state, 'absent')
    assert.equal((await failure(() => take(feed, 1))).code, 'connector.feed-missing')
    await feed.install()
    const installed = await feed.inspect()
    assert.deepEqual([installed.state, installed.statements, installed.waiting], ['installed', [], 0])
    await feed.install()
    await feed.remove()
    assert.deepEqual(await feed.inspect(), before)
    await feed.remove()
    await customer(1)
  })

  withFeed('what others insert, change and delete is hinted at', async (feed) => {
    await customers(3)
    assert.deepEqual(await hinted(feed, 3), ['customers 1', 'customers 2', 'customers 3'])
    await bench.system.change('customers', '2', { name: 'Changed' })
    assert.deepEqual(await hinted(feed, 1), ['customers 2'])
    await bench.system.remove('customers', '3')
    assert.deepEqual(await hinted(feed, 1), ['customers 3'])
    await nothing(feed)
  })

  withFeed('child rows hint at their parent, also at the one that they leave', async (feed) => {
    await customers(2)
    await hinted(feed, 2)
    const line = await bench.system.insert('customer_lines', { customer_id: '1', sku: 'A' })
    assert.deepEqual(await hinted(feed, 1), ['customers 1'])
    await bench.system.change('customer_lines', line, { customer_id: '2' })
    assert.deepEqual(await hinted(feed, 2), ['customers 1', 'customers 2'])
    await bench.system.remove('customer_lines', line)
    assert.deepEqual(await hinted(feed, 1), ['customers 2'])
  })

  withFeed('a record that gets another id hints at both', async (feed) => {
    await bench.system.insert('codes', { code: 'old', label: 'one' })
    await hinted(feed, 1)
    await bench.system.change('codes', 'old', { code: 'new' })
    assert.deepEqual(await hinted(feed, 2), ['codes new', 'codes old'])
  })

  withFeed('L25 what was listened to and not acknowledged comes again', async (feed) => {
    await customers(2)
    assert.deepEqual(await hinted(feed, 2, { keep: true }), ['customers 1', 'customers 2'])
    await customer(3)
    const anew = await feedOf()
    assert.deepEqual(await hinted(anew, 3), ['customers 1', 'customers 2', 'customers 3'])
    await nothing(await feedOf())
  })

  withFeed('L25 a batch that is acknowledged before an earlier one does not take that with it', async (feed) => {
    const batches: HintBatch[] = []
    const control = new AbortController()
    await customer(1)
    for await (const batch of feed.listen(control.signal)) {
      batches.push(batch)
      if (batches.length === 1) await customer(2)
      else control.abort()
    }
    assert.equal(batches.length, 2)
    await feed.acknowledge(batches[1]!.token)
    await feed.acknowledge(batches[1]!.token)
    await feed.acknowledge('unknown')
    assert.deepEqual(await hinted(await feedOf(), 1), ['customers 1'])
  })

  withFeed('L25 a transaction that commits late is seen, and holds up none that commits before it', async (feed) => {
    if (bench.system.lateInsert === null) return
    const late = await bench.system.lateInsert('customers', { name: 'late', vat: 'LATE' })
    await customer(2)
    assert.deepEqual(await hinted(feed, 1), ['customers 2'])
    await customer(3)
    assert.deepEqual(await hinted(feed, 1), ['customers 3'])
    await late.commit()
    assert.deepEqual(await hinted(feed, 1), ['customers 1'])
    await nothing(feed)
  })

  withFeed('what is refused or taken back leaves no hint', async (feed) => {
    await customers(1)
    await hinted(feed, 1)
    const object = await open()
    const [refused] = await bench.createAll(object, [{ values: { name: null } }])
    assert.equal(refused!.kind, 'refused')
    await nothing(feed)
  })

  withFeed('writes of the connector are hinted at as those of others', async (feed) => {
    const object = await open()
    const [created] = await bench.createAll(object, [{ values: { name: 'Ours' } }])
    const record = landed(created!)
    assert.deepEqual(await hinted(feed, 1), [`customers ${record.id}`])
  })

  withFeed('who listens is woken by a change', async (feed) => {
    const control = new AbortController()
    const waiting = (async () => {
      for await (const batch of feed.listen(control.signal)) {
        control.abort()
        return batch.hints
      }
      return []
    })()
    await new Promise((resolve) => setTimeout(resolve, 50))
    await customer(1)
    assert.deepEqual(await waiting, [{ object: 'customers', id: '1' }])
  })

  withFeed('two installations do not take hints from each other', async (feed) => {
    const other = await feedOf('conform2')
    await other.install()
    assert.equal((await feed.inspect()).notes.length, 1)
    await customer(1)
    assert.deepEqual(await hinted(other, 1), ['customers 1'])
    await other.remove()
    assert.deepEqual(await hinted(feed, 1), ['customers 1'])
    await customer(2)
    assert.deepEqual(await hinted(feed, 1), ['customers 2'])
  })
}

/** Listens until so many hints came; with `Infinity`, as long as a hint that is there takes. */
async function take(feed: ChangeFeed, enough: number): Promise<HintBatch[]> {
  const batches: HintBatch[] = []
  const control = new AbortController()
  const timer = setTimeout(() => control.abort(), enough === Infinity ? 300 : 10_000)
  try {
    for await (const batch of feed.listen(control.signal)) {
      batches.push(batch)
      if (new Set(batches.flatMap(({ hints }) => hints.map(({ object, id }) => `${object} ${id}`))).size >= enough)
        control.abort()
    }
  } finally {
    clearTimeout(timer)
  }
  return batches
}

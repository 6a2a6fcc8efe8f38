import { unzipSync, strFromU8 } from 'fflate'
import { expect, test } from 'vitest'

import type { LogDetail, LogPage } from '../../src/api/v1/schemas/log.ts'
import { openStand, type Stand } from './stand.ts'

type Entry = LogPage['items'][number]

/** Three customers, one with a telephone from the CRM, one whose name was edited in the wrong place. */
async function worked(): Promise<Stand> {
  const stand = await openStand({ customers: { edge_cases: { edited_outside_master: 'ask' } } })
  await stand.erp.sql(
    `insert into customers (legal_name, vat, email) values ('Acme', 'A1', 'a@acme.example'), ('Bolt', 'B2', null), ('Cord', 'C3', null)`,
  )
  await stand.sync()
  await stand.crm.sql(`update accounts set phone = '+34600111222' where tax_id = 'A1'`)
  await stand.crm.sql(`update accounts set account_name = 'Bolt Ltd' where tax_id = 'B2'`)
  await stand.sync()
  return stand
}

async function all(stand: Stand, filter: string, limit = 2): Promise<Entry[]> {
  const found: Entry[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: LogPage = await stand.get(`/log?limit=${limit}&${filter}${cursor && `&cursor=${cursor}`}`)
    expect(page.items.length).toBeLessThanOrEqual(limit)
    found.push(...page.items)
    cursor = page.next_cursor
  }
  return found
}

const brief = ({ kind, what, title }: Entry): string => `${kind} ${what} ${title}`

test('the log is paged newest first, without a gap and without a repetition', async () => {
  const stand = await worked()
  const whole = await all(stand, '', 200)
  expect(whole.map(brief).toSorted()).toEqual([
    'case outside edit Bolt',
    'operation created Acme',
    'operation created Bolt',
    'operation created Cord',
    'operation updated Acme',
    'revision agreed value changed Acme',
  ])
  expect(whole.map((one) => one.at)).toEqual(
    whole
      .map((one) => one.at)
      .toSorted()
      .toReversed(),
  )
  for (const limit of [1, 2, 4]) expect(await all(stand, '', limit)).toEqual(whole)
})

test('every filter narrows the log to what it says', async () => {
  const stand = await worked()
  const whole = await all(stand, '', 200)
  const update = whole.find((one) => one.what === 'updated')!
  const { fingerprint } = (await stand.app()).check.contract!
  const filtered = async (filter: string): Promise<string[]> => (await all(stand, filter)).map(brief).toSorted()
  const acme = ['operation created Acme', 'operation updated Acme', 'revision agreed value changed Acme']
  expect(await filtered(`record=${update.record}`)).toEqual(acme)
  expect(await filtered('record=acme')).toEqual(acme)
  expect(
    await filtered(`record=crm:${String(await stand.crm.value(`select id from accounts where tax_id = 'A1'`))}`),
  ).toEqual(acme)
  expect(await filtered('record=nowhere')).toEqual([])
  expect(await filtered('field=phone')).toEqual(['operation updated Acme', 'revision agreed value changed Acme'])
  // Whoever asks for the history of one record's field is also told of its creation, if it wrote the field.
  expect(await filtered('field=email&record=A1')).toEqual(['operation created Acme'])
  expect(await filtered('field=email&record=B2')).toEqual([])
  expect(await filtered('field=name')).toEqual(['case outside edit Bolt'])
  expect(await filtered('system=erp')).toEqual(['operation updated Acme'])
  expect(await filtered('outcome=refused')).toEqual([])
  expect(await filtered('outcome=done')).toHaveLength(4)
  expect(await filtered('outcome=intended')).toEqual([])
  expect(await filtered('kind=case')).toEqual(['case outside edit Bolt'])
  expect(await filtered('kind=revision')).toHaveLength(1)
  expect(await filtered('what=create')).toHaveLength(3)
  expect(await filtered('what=delete')).toEqual([])
  expect(await filtered(`run=${update.run}`)).toEqual([
    'case outside edit Bolt',
    'operation updated Acme',
    'revision agreed value changed Acme',
  ])
  expect(await filtered('run=9999')).toEqual([])
  expect(await filtered(`rules=${fingerprint.slice(0, 12)}`)).toHaveLength(6)
  expect(await filtered('rules=0000')).toEqual([])
  expect(await filtered('flow=customers')).toHaveLength(6)
  expect(await filtered('flow=orders')).toEqual([])
  expect(await filtered(`since=${update.at}`)).not.toContain('operation created Acme')
  expect(await filtered(`until=${whole.findLast((one) => one.what === 'created')!.at}`)).toHaveLength(3)
})

test('what a system refused is found by its outcome', async () => {
  const stand = await openStand()
  await stand.crm.sql(`alter table accounts add constraint no_bolt check (account_name <> 'Bolt')`)
  await stand.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1'), ('Bolt', 'B2')`)
  await stand.sync()
  const refused = await all(stand, 'outcome=refused')
  expect(refused).toMatchObject([{ title: 'Bolt', outcome: 'refused', system: 'crm' }])
  const detail = await stand.get<LogDetail>(`/log/operation/${refused[0]!.id}`)
  expect(detail.error).toContain('no_bolt')
  expect(detail.columns).toContainEqual({ column: 'account_name', before: null, sent: 'Bolt', changed: true })
})

test('an entry shows the row before and after the write, and what did not win', async () => {
  const stand = await worked()
  const [update] = await all(stand, 'what=update')
  const written = await stand.get<LogDetail>(`/log/operation/${update!.id}`)
  expect(written).toMatchObject({ version: 2, error: null, remote_id: '1', outcome: 'done' })
  expect(written.settled_at).not.toBeNull()
  expect(written.columns).toContainEqual({ column: 'phone', before: null, sent: '+34600111222', changed: true })
  expect(written.columns).toContainEqual({ column: 'legal_name', before: 'Acme', sent: 'Acme', changed: false })
  const creation = (await all(stand, 'what=create&record=A1'))[0]!
  expect((await stand.get<LogDetail>(`/log/operation/${creation.id}`)).columns).toContainEqual({
    column: 'account_name',
    before: null,
    sent: 'Acme',
    changed: true,
  })
  await stand.erp.sql(
    `update customers set email = 'old@acme.example', updated_at = now() - interval '1 hour' where vat = 'A1'`,
  )
  await stand.crm.sql(`update accounts set email = 'new@acme.example' where tax_id = 'A1'`)
  await stand.sync()
  const [revision] = await all(stand, 'kind=revision&field=email')
  expect(await stand.get<LogDetail>(`/log/revision/${revision!.id}`)).toMatchObject({
    version: 3,
    columns: null,
    lost: [{ field: 'email', values: { erp: 'old@acme.example' } }],
  })
  const [asked] = await all(stand, 'kind=case')
  expect(await stand.get<LogDetail>(`/log/case/${asked!.id}`)).toMatchObject({ what: 'outside edit', columns: null })
  expect(await stand.ask('GET', '/log/operation/999999')).toMatchObject({
    status: 404,
    body: { code: 'engine.unknown-entry' },
  })
  expect(await stand.ask('GET', `/log?cursor=${Buffer.from('["x",0,"1"]').toString('base64url')}`)).toMatchObject({
    status: 422,
    body: { code: 'api.bad-cursor' },
  })
})

const EVIL = ['=cmd|calc', '+1+1', '-2', '@SUM(A1)', '"quoted", and\nbroken', '<b>&amp;</b> _x0041_ \u0001']

test('an export holds every entry, and no cell of it is a formula', async () => {
  const stand = await openStand()
  for (const [i, name] of EVIL.entries())
    await stand.erp.sql(`insert into customers (legal_name, vat) values ($1, $2)`, name, `V${i}`)
  await stand.sync()
  const answer = await stand.fetch('/log/export?format=csv')
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="concordat-log-.*\.csv"$/)
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await answer.arrayBuffer())
  expect(text.startsWith('\uFEFFtime,kind,flow,')).toBe(true)
  const rows = cellsOf(text.slice(1))
  for (const row of rows) {
    expect(row).toHaveLength(13)
    for (const cell of row) expect(cell).not.toMatch(/^[=+\-@\t\r\n]/)
  }
  const names = rows.filter((row) => row[9] === 'name').map((row) => row[11])
  for (const name of EVIL) expect(names).toContain(/^[=+\-@]/.test(name) ? `'${name}` : name)

  const sheet = await stand.fetch('/log/export?format=xlsx&what=create')
  const files = unzipSync(new Uint8Array(await sheet.arrayBuffer()))
  const xml = strFromU8(files['xl/worksheets/sheet1.xml']!)
  expect(xml).not.toContain('<f>')
  expect(xml.match(/<row /g)!.length).toBe(1 + rows.filter((row) => row[1] === 'operation').length)
  expect(xml).toContain(' t="inlineStr" s="2"><is><t xml:space="preserve">=cmd|calc</t></is></c>')
  expect(xml).toContain('&lt;b&gt;&amp;amp;&lt;/b&gt; _x005F_x0041_ _x0001_')
  const audit = await stand.get<{ items: { act: string }[] }>('/audit')
  expect(audit.items.map((one) => one.act)).toContain('log exported')
})

/** Cells of CSV. */
function cellsOf(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)!.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'))
    if (end === '\r\n') rows.push([])
  }
  rows.pop()
  return rows
}

import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

import type { Problem } from '../../src/api/v1/schemas/problem.ts'
import type { DryRun, RuleDiff, Rules, RuleVersions } from '../../src/api/v1/schemas/rules.ts'
import type { SigningList } from '../../src/api/v1/schemas/signatures.ts'
import { addPerson, addSecret } from '../harness/account.ts'
import { openStand, type Stand } from './stand.ts'

async function change(stand: Stand, edit: (text: string) => string): Promise<string> {
  const text = edit(await readFile(stand.contract, 'utf8'))
  await writeFile(stand.contract, text)
  return text
}

const without = (line: string) => (text: string) => {
  expect(text).toContain(line)
  return text.replace(new RegExp(`^ *${line}\n`, 'm'), '')
}

test('the rules are told in sentences, field by field, with what the file says by now', async () => {
  const stand = await openStand()
  const before = await stand.get<Rules>('/rules')
  expect(before).toMatchObject({
    company: 'Acme Instruments',
    flows: [
      {
        flow: 'customers',
        decided: true,
        owners: { business: { key: 'ana' }, technical: { name: 'Tomás Vidal' } },
        questions: [],
      },
    ],
    findings: [],
    file: { fingerprint: before.fingerprint, changed: false, waits_for: 'nothing', questions: [], findings: [] },
  })
  expect(before.flows[0]!.rulebook.map(({ section }) => section)).toContain('edge cases')
  expect(before.flows[0]!.fields).toContainEqual(
    expect.objectContaining({ field: 'phone', owner: 'crm', columns: { erp: 'phone', crm: 'phone' } }),
  )

  await change(stand, (text) => text.replace('empty_in_master: keep', 'empty_in_master: perhaps'))
  const broken = await stand.get<Rules>('/rules')
  expect(broken.fingerprint).toBe(before.fingerprint)
  expect(broken.file).toMatchObject({ fingerprint: null, changed: true, waits_for: 'mending' })
  expect(broken.file.findings[0]).toMatchObject({
    severity: 'error',
    line: expect.any(Number) as number,
    column: expect.any(Number) as number,
    cure: expect.any(String) as string,
  })
  expect((await stand.ask<Problem>('POST', '/rules/dry-run', { flow: 'customers' })).body.code).toBe('contract.invalid')
})

test('an open question is answered into the file, whose comments stay; then owners sign it before it runs', async () => {
  const stand = await openStand()
  const text = await change(stand, (now) => `# Agreed in May.\n${without('deleted_in_master: delete')(now)}`)
  const { file } = await stand.get<Rules>('/rules')
  expect(file.waits_for).toBe('answers')
  expect(file.questions).toMatchObject([
    { flow: 'customers', setting: 'edge_cases.deleted_in_master', role: 'business', owner: 'Ana Ruiz' },
  ])
  const question = { flow: 'customers', setting: file.questions[0]!.setting }
  const refused = async (answer: string) =>
    (await stand.ask<Problem>('POST', '/rules/answer', { ...question, answer })).body.code
  expect(await refused('perhaps')).toBe('contract.bad-answer')
  expect(await refused('ask\n    master: crm')).toBe('contract.bad-answer')
  expect(await readFile(stand.contract, 'utf8')).toBe(text)
  expect(await stand.post('/rules/answer', { ...question, answer: 'unlink' })).toMatchObject({
    questions: [],
    fingerprint: expect.any(String) as string,
  })
  const written = await readFile(stand.contract, 'utf8')
  expect(written).toMatch(/^# Agreed in May\.\n/)
  expect(parse(written)).toMatchObject({ flows: { customers: { edge_cases: { deleted_in_master: 'unlink' } } } })
  expect(written.split('\n').length).toBe(text.split('\n').length + 1)
  expect(await refused('ask')).toBe('contract.changed')

  const signatures = await stand.get<SigningList>('/rules/signatures')
  expect((await stand.get<Rules>('/rules')).file.waits_for).toBe('signatures')
  expect(signatures.items).toMatchObject([{ flow: 'customers', signed: true }])
  expect(signatures.file).toMatchObject([
    { flow: 'customers', signed: false, why: expect.stringContaining('Ana Ruiz') as string },
  ])
  const { items } = await stand.get<{ items: { act: string; details: object }[] }>('/audit')
  expect(items[0]).toMatchObject({ act: 'rules answered', details: { answer: 'unlink' } })
})

test('a question is answered by who may: the technical owner of the technical, in their flow alone', async () => {
  const stand = await openStand({ orders: {} })
  await change(stand, (text) =>
    without('empty_in_master: keep')(without('late_after: 30 minutes')(without('history: 400 days')(text))),
  )
  const ask = async (email: string, right: string, flows: string[] | null, setting: string, answer: string) => {
    const account = await addPerson(stand.database, email, [{ role: 'technical owner' }])
    const answered = await fetch(`${stand.url}/api/v1/rules/answer`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await addSecret(stand.database, account, [right], flows)}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ flow: 'customers', setting, answer }),
    })
    return answered.status
  }
  expect(await ask('a@acme.example', 'view', null, 'edge_cases.empty_in_master', 'keep')).toBe(403)
  expect(await ask('b@acme.example', 'decide', ['orders'], 'edge_cases.empty_in_master', 'keep')).toBe(403)
  expect(await ask('c@acme.example', 'decide', null, 'history', '90 days')).toBe(403)
  expect(await ask('d@acme.example', 'decide', null, 'edge_cases.empty_in_master', 'keep')).toBe(200)
})

test('versions are told with their runs, and any two of them, or the file, compared', async () => {
  const stand = await openStand()
  await stand.sync()
  await change(stand, (text) => text.replace('deleted_in_master: delete', 'deleted_in_master: unlink'))
  const [first] = (await stand.get<RuleVersions>('/rules/versions')).items
  expect(first).toMatchObject({ current: true, runs: expect.any(Number) as number })
  expect(first!.runs).toBeGreaterThan(0)
  const diff = await stand.get<RuleDiff>(`/rules/diff?from=${first!.version}&to=file`)
  expect(diff).toMatchObject({
    from: { fingerprint: first!.fingerprint },
    to: { version: null },
    flows: [{ flow: 'customers', change: 'changed' }],
  })
  const [{ added, removed }] = diff.flows as [RuleDiff['flows'][number]]
  expect([added.length, removed.length]).toEqual([1, 1])
  expect(diff.lines.filter(({ sign }) => sign !== ' ').map(({ sign, text }) => `${sign}${text.trim()}`)).toEqual([
    '-deleted_in_master: delete',
    '+deleted_in_master: unlink',
  ])
  expect(diff.lines.length).toBe(8)
  const running = await stand.get<RuleDiff>('/rules/diff?from=running&to=file')
  expect(running).toEqual({ ...diff, from: { version: null, fingerprint: first!.fingerprint } })
  const same = await stand.get<RuleDiff>(`/rules/diff?from=${first!.version}&to=${first!.version}`)
  expect([same.flows, same.lines]).toEqual([[], []])
  expect((await stand.ask<Problem>('GET', '/rules/diff?from=99&to=file')).status).toBe(404)
})

test('a dry run tells what the file would change, and changes nothing', async () => {
  const stand = await openStand()
  await stand.erp.sql(`insert into customers (legal_name, vat, phone) values ('Acme', 'A1', '+34 911 234 567')`)
  await stand.sync()
  await stand.crm.sql(`update accounts set phone = '+34 600 111 222'`)
  await stand.sync()
  await stand.crm.sql(`update accounts set account_name = 'Acme Ltd'`)
  await change(stand, (text) => text.replace('edited_outside_master: revert', 'edited_outside_master: accept'))
  const sought = { flow: 'customers' }
  const byFile = await stand.post<DryRun>('/rules/dry-run', sought)
  expect(byFile.writes).toMatchObject({ erp: 1 })
  expect(byFile.operations).toMatchObject([{ system: 'erp', fields: [{ field: 'name', to: 'Acme Ltd' }] }])
  const running = await stand.post<DryRun>('/rules/dry-run', { ...sought, file: false })
  expect(running.fingerprint).not.toBe(byFile.fingerprint)
  expect(running.operations).toMatchObject([{ system: 'crm', fields: [{ field: 'name', to: 'Acme' }] }])
  expect(await stand.erp.value('select legal_name from customers')).toBe('Acme')
  expect((await stand.get<RuleVersions>('/rules/versions')).items).toHaveLength(1)
})

test('what nobody signs counts after a restart, and the page is told so; a new owner has to sign', async () => {
  const stand = await openStand()
  await change(stand, (text) => text.replace(/late_after: .*/, 'late_after: 7 hours'))
  expect((await stand.get<Rules>('/rules')).file).toMatchObject({
    changed: true,
    waits_for: 'restart',
    saved: expect.any(String) as string,
  })
  expect((await stand.get<SigningList>('/rules/signatures')).file).toEqual([])
  await change(stand, (text) => text.replace('business: ana', 'business: tomas'))
  expect((await stand.get<Rules>('/rules')).file.waits_for).toBe('signatures')
  expect((await stand.get<SigningList>('/rules/signatures')).file).toMatchObject([
    { flow: 'customers', business: { person: 'tomas', said: null }, technical: { said: { verdict: 'signed' } } },
  ])
})

test('rules, questions, differences and signatures are told in Spanish to who asks for it', async () => {
  const stand = await openStand()
  const es = { 'accept-language': 'es' }
  await change(stand, (now) =>
    without('empty_in_master: keep')(now).replace('deleted_in_master: delete', 'deleted_in_master: unlink'),
  )
  const told = await stand.get<Rules>('/rules', es)
  expect(told.flows[0]!.rulebook.flatMap(({ sentences }) => sentences)).toContain(
    'Cuando alguien borra un registro de customers en ERP, se borra también en CRM.',
  )
  expect(told.flows[0]!.fields).toContainEqual(expect.objectContaining({ field: 'phone', type: 'teléfono' }))
  expect(told.file.questions).toMatchObject([
    {
      question: 'Cuando un campo se vacía en su maestro (ERP), ¿se vacía también en CRM?',
      options: [{ answer: 'keep' }, { answer: 'erase', means: 'Sí: el campo se vacía en todas partes.' }],
    },
  ])
  const answer = { flow: 'customers', setting: 'edge_cases.empty_in_master', answer: 'keep' }
  expect(await stand.post('/rules/answer', answer)).toMatchObject({ questions: [] })
  const { flows } = await stand.get<RuleDiff>('/rules/diff?from=running&to=file', es)
  expect(flows).toMatchObject([
    {
      added: ['Cuando alguien borra un registro de customers en ERP, se queda en CRM y ya no se mantiene de acuerdo.'],
    },
  ])
  const { file } = await stand.get<SigningList>('/rules/signatures', es)
  expect(file[0]!.why).toBe(
    'Ana Ruiz (responsable de negocio) y Tomás Vidal (responsable técnico) tienen que firmar las reglas antes de que entren en vigor.',
  )
})

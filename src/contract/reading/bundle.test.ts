import { expect, test } from 'vitest'

import { bundle, readBundle } from './bundle.ts'

const MAIN = 'concordat: 1\ncompany: Acme\ntimezone: Europe/Madrid\nsystems: {}\n'

test('the files of a folder are read again from their bundle, and so is one file with the name of another in a comment', () => {
  const folder = bundle([
    { name: 'c/concordat.yaml', text: MAIN },
    { name: 'c/customers.yaml', text: 'master: erp\n' },
    { name: 'c/orders.yaml', text: 'master: crm\n' },
  ])
  expect(readBundle(folder).rulebook.map(({ flow }) => flow)).toEqual(['customers', 'orders'])
  const single = bundle([{ name: 'concordat.yaml', text: `${MAIN}# orders.yaml\nflows: {}\n` }])
  expect(readBundle(single).contract).toMatchObject({ company: 'Acme' })
})

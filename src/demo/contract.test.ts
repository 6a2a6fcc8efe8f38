import { expect, test } from 'vitest'
import { readContract } from '../contract/reading/read-contract.ts'
import { DEMO_CONTRACT } from './contract.ts'

test('the demo’s contract is sound and decided to the last question', () => {
  const report = readContract([{ name: 'concordat.yaml', text: DEMO_CONTRACT }])
  expect(report.problems).toEqual([])
  expect(report.questions).toEqual([])
  expect([...report.contract!.flows.keys()]).toEqual(['customers', 'products', 'orders', 'invoices'])
})

import { readFileSync } from 'node:fs'

import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'

import { operationsText } from '../../scripts/api-operations.ts'
import { openStand } from './stand.ts'

test('the document of the API is valid OpenAPI 3.1, and its page tells of every route', async () => {
  const { url } = await openStand()
  const answer = await fetch(`${url}/api/v1/openapi.json`)
  const document = (await answer.json()) as { openapi: string; paths: Record<string, object> }
  expect(document.openapi).toBe('3.1.0')
  expect(await new Validator().validate(structuredClone(document))).toMatchObject({ valid: true })
  const page = await (await fetch(`${url}/api/docs`)).text()
  for (const path of Object.keys(document.paths)) expect(page).toContain(`<code>${path}</code>`)
  expect(page).not.toMatch(/<script|style=|<style/)
})

test('an answer that somebody has already is not sent again', async () => {
  const { url } = await openStand()
  const first = await fetch(`${url}/api/v1/openapi.json`)
  const tag = first.headers.get('etag')!
  expect(first.headers.get('cache-control')).toBe('no-store')
  const second = await fetch(`${url}/api/v1/openapi.json`, { headers: { 'if-none-match': `"x", W/${tag}` } })
  expect([second.status, await second.text(), second.headers.get('etag')]).toEqual([304, '', tag])
  expect((await fetch(`${url}/api/v1/openapi.json`, { headers: { 'if-none-match': '"x"' } })).status).toBe(200)
})

test('the types that the dashboard calls the API by are those of the document', async () => {
  const file = new URL('../../dashboard/src/api/operations.ts', import.meta.url)
  expect(readFileSync(file, 'utf8'), 'run `npm run api-types`').toBe(await operationsText())
})

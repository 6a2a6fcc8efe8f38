import { expect, test } from 'vitest'

import { openStand } from './stand.ts'

test('an answer says in which language it speaks: the first of ours that the request prefers', async () => {
  const stand = await openStand()
  const spoken = async (preferred?: string) => {
    const headers = preferred === undefined ? {} : { 'accept-language': preferred }
    const answer = await stand.ask('GET', '/home', undefined, headers)
    expect(answer.headers.get('vary')).toContain('accept-language')
    return answer.headers.get('content-language')
  }
  expect(await spoken()).toBe('en')
  expect(await spoken('es')).toBe('es')
  expect(await spoken('es-MX,es;q=0.9,en;q=0.8')).toBe('es')
  expect(await spoken('de, en;q=0.2, es;q=0.8')).toBe('es')
  expect(await spoken('de')).toBe('en')
})

test('a download can name its language in the address, since a browser sends its own header with it', async () => {
  const stand = await openStand()
  expect((await stand.fetch('/log/export?language=es')).headers.get('content-language')).toBe('es')
  expect((await stand.fetch('/log/export?language=de')).status).toBe(422)
})

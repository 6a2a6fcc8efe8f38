import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { schemaText } from './schema.ts'

test('the published JSON Schema is the one that `check` validates with', () => {
  const published = readFileSync(new URL('../../../schema/concordat.schema.json', import.meta.url), 'utf8')
  expect(published, 'run `npm run schema`').toBe(schemaText())
})

test('editors get help for every setting', () => {
  const bare: string[] = []
  const walk = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return
    if ('properties' in node) {
      for (const [name, property] of Object.entries(node.properties as Record<string, object>)) {
        if (!('description' in property) && !('$ref' in property)) bare.push(`${path}.${name}`)
      }
    }
    for (const [key, child] of Object.entries(node)) walk(child, `${path}.${key}`)
  }
  walk(JSON.parse(schemaText()), '')
  expect(bare).toEqual([])
})

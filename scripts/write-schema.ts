import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { schemaText } from '../src/contract/schema/schema.ts'
import { REFERENCE_PAGES, withReference } from './contract-reference.ts'

/* What is made from the contract's schema: the JSON Schema that editors use, and the tables of the pages about it. */

const schema = fileURLToPath(new URL('../schema/concordat.schema.json', import.meta.url))
mkdirSync(dirname(schema), { recursive: true })
writeFileSync(schema, schemaText())

for (const name of REFERENCE_PAGES) {
  const page = fileURLToPath(new URL(`../${name}`, import.meta.url))
  writeFileSync(page, withReference(readFileSync(page, 'utf8')))
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { schemaText } from '../src/contract/schema.ts'
import { withReference } from './contract-reference.ts'

/* What is made from the contract's schema: the JSON Schema that editors use, and the tables of docs/contract.md. */

const schema = fileURLToPath(new URL('../schema/concordat.schema.json', import.meta.url))
mkdirSync(dirname(schema), { recursive: true })
writeFileSync(schema, schemaText())

const page = fileURLToPath(new URL('../docs/contract.md', import.meta.url))
writeFileSync(page, withReference(readFileSync(page, 'utf8')))

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { schemaText } from '../src/contract/schema.ts'

const file = fileURLToPath(new URL('../schema/concordat.schema.json', import.meta.url))
mkdirSync(dirname(file), { recursive: true })
writeFileSync(file, schemaText())

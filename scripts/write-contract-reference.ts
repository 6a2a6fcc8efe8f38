import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { withReference } from './contract-reference.ts'

const file = fileURLToPath(new URL('../docs/contract.md', import.meta.url))
writeFileSync(file, withReference(readFileSync(file, 'utf8')))

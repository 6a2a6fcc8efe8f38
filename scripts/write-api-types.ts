import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { operationsText } from './api-operations.ts'

writeFileSync(fileURLToPath(new URL('../dashboard/src/api/operations.ts', import.meta.url)), await operationsText())

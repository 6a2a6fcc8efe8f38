import { propose } from '../src/contract/proposal/propose.ts'
import { largeCatalogue } from './large-catalogue.ts'
import type { ServiceBench } from './scale.ts'

const TABLES = 400
const COLUMNS = 140

/** How long `init` takes to propose a contract between two large business applications, once their catalogues are read. */
export function init(): Promise<ServiceBench> {
  const systems = [
    { name: 'erp', connector: 'postgres', catalogue: largeCatalogue(TABLES, COLUMNS, 1) },
    { name: 'crm', connector: 'mysql', catalogue: largeCatalogue(TABLES, COLUMNS, 2) },
  ] as const
  const began = performance.now()
  const before = process.cpuUsage()
  const { flows } = propose(systems)
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(before)
  const cpuSeconds = (user + system) / 1e6
  return Promise.resolve({
    text: [
      `init: two databases of ${TABLES} tables with ${COLUMNS} columns each`,
      `  ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU, ${flows.length} flows proposed`,
    ],
    json: {
      benchmark: 'init',
      tables: TABLES,
      columns: COLUMNS,
      seconds,
      cpu_seconds: cpuSeconds,
      flows: flows.length,
    },
  })
}

import type { Query } from './api/call.ts'
import { queryText } from './api/client.ts'

/** Every address of the dashboard is made here, so that a link and its screen cannot part. */
export const paths = {
  home: () => '/',
  signIn: () => '/sign-in',
  setup: () => '/setup',
  begin: () => '/begin',
  flow: (flow: string) => `/flows/${encodeURIComponent(flow)}`,
  runs: (filter: Query = {}) => `/runs${queryText(filter)}`,
  run: (run: number | string) => `/runs/${run}`,
  cases: (filter: Query = {}) => `/cases${queryText(filter)}`,
  case: (id: number | string) => `/cases/${id}`,
  records: (filter: Query = {}) => `/records${queryText(filter)}`,
  record: (flow: string, record: string) => `/flows/${encodeURIComponent(flow)}/records/${encodeURIComponent(record)}`,
  log: (filter: Query = {}) => `/log${queryText(filter)}`,
  logEntry: (kind: string, id: number) => `/log/${kind}/${id}`,
  rules: (filter: Query = {}) => `/rules${queryText(filter)}`,
  rulesVersions: (filter: Query = {}) => `/rules/versions${queryText(filter)}`,
  systems: () => '/systems',
  system: (system: string) => `/systems/${encodeURIComponent(system)}`,
  alerts: (filter: Query = {}) => `/alerts${queryText(filter)}`,
  people: () => '/people',
  account: () => '/account',
  audit: (filter: Query = {}) => `/audit${queryText(filter)}`,
  playground: () => '/playground',
} as const

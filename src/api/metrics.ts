import type { ObservableResult } from '@opentelemetry/api'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import type { ServiceFigures } from '../service/tell-figures.ts'
import type { ApiParts, Routes } from './routes.ts'

/*
 * `/metrics`: how the flows stand and what was done, of all processes together, because it is read from the store. So it
 * does not matter which process is asked, and counters go on where they were after a restart.
 */

export const metricsRoutes: Routes = (server, parts) => {
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const provider = new MeterProvider({ readers: [exporter] })
  const figures = measures(provider, parts)
  const serializer = new PrometheusSerializer('', false, undefined, true, true)
  server.addHook('onClose', () => provider.shutdown())
  server.get('/metrics', async (_request, reply) => {
    await figures.read()
    const { resourceMetrics } = await exporter.collect()
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(serializer.serialize(resourceMetrics))
  })
}

interface Read extends ServiceFigures {
  readonly queue: { readonly waiting: number; readonly active: number }
}

function measures(provider: MeterProvider, { app, service }: ApiParts): { read(): Promise<void> } {
  const meter = provider.getMeter('concordat')
  let now: Read | null = null
  const observe =
    (show: (figures: Read, result: ObservableResult) => void) =>
    (result: ObservableResult): void => {
      if (now) show(now, result)
    }
  const gauge = (name: string, description: string, show: (figures: Read, result: ObservableResult) => void): void =>
    meter.createObservableGauge(name, { description }).addCallback(observe(show))
  const counter = (name: string, description: string, show: (figures: Read, result: ObservableResult) => void): void =>
    meter.createObservableCounter(name, { description }).addCallback(observe(show))

  gauge(
    'concordat_flow_oldest_change_seconds',
    'Age of the oldest decided change that has not landed.',
    (f, result) => {
      for (const { flow, system, oldest } of f.sides)
        result.observe(oldest === null ? 0 : (f.at - oldest) / 1000, { flow, system })
    },
  )
  gauge('concordat_flow_waiting_writes', 'Decided writes that have not landed.', (f, result) => {
    for (const { flow, system, waiting } of f.sides) result.observe(waiting, { flow, system })
  })
  gauge('concordat_flow_quarantined_writes', 'Writes that were set aside.', (f, result) => {
    for (const { flow, system, quarantined } of f.sides) result.observe(quarantined, { flow, system })
  })
  gauge('concordat_flow_look_age_seconds', 'Time since changes were last looked for.', (f, result) => {
    for (const { flow, system, looked } of f.sides)
      if (looked !== null) result.observe(Math.max(0, f.at - looked) / 1000, { flow, system })
  })
  gauge('concordat_flow_waiting_hints', 'Hints that no run has followed yet.', (f, result) => {
    for (const { flow, system, hints } of f.sides) result.observe(hints, { flow, system })
  })
  gauge('concordat_flow_lag_seconds', 'Time since the last run that succeeded.', (f, result) => {
    for (const { flow, lastSuccess } of f.flows)
      if (lastSuccess !== null) result.observe(Math.max(0, f.at - lastSuccess) / 1000, { flow })
  })
  gauge('concordat_flow_open_cases', 'Cases that wait for a person.', (f, result) => {
    for (const { flow, openCases } of f.flows) result.observe(openCases, { flow })
  })
  gauge('concordat_flow_records', 'Records by how far they agree; the four add up to all.', (f, result) => {
    for (const [flow, agreement] of f.agreement)
      for (const standing of ['in_agreement', 'waiting', 'needs_decision', 'left_out'] as const)
        result.observe(agreement[standing], { flow, standing })
  })
  gauge('concordat_flow_paused', '1 while the flow is paused.', (f, result) => {
    for (const { flow, paused } of f.flows) result.observe(paused ? 1 : 0, { flow })
  })
  gauge('concordat_flow_failures', 'Runs that failed in a row.', (f, result) => {
    for (const { flow, failures } of f.flows) result.observe(failures, { flow })
  })
  counter('concordat_records_total', 'Records by what became of them in runs of the service.', (f, result) => {
    for (const { flow, system, what, count } of f.counts)
      if (system === '' && !what.startsWith('run ')) result.observe(count, { flow, outcome: what })
  })
  counter('concordat_writes_total', 'Records written, by system.', (f, result) => {
    for (const { flow, system, what, count } of f.counts)
      if (system !== '' && what === 'written') result.observe(count, { flow, system })
  })
  counter('concordat_runs_total', 'Runs of the service, by how they ended.', (f, result) => {
    for (const { flow, what, count } of f.counts)
      if (what.startsWith('run ')) result.observe(count, { flow, status: what.slice(4) })
  })
  gauge('concordat_system_failures', 'Calls that failed in a row; absent while the system answers.', (f, result) => {
    for (const { system, failures } of f.troubled) result.observe(failures, { system })
  })
  gauge('concordat_system_closed_seconds', 'How long nobody will call the system.', (f, result) => {
    for (const { system, retryAt } of f.troubled)
      result.observe(retryAt === null ? 0 : Math.max(0, retryAt - f.at) / 1000, { system })
  })
  gauge('concordat_system_budget_ahead_seconds', 'How far ahead the budget of calls is spent.', (f, result) => {
    for (const [system, ahead] of f.budgets) result.observe(ahead / 1000, { system })
  })
  gauge('concordat_queue_jobs', 'Flows that wait to be looked at, and that are.', (f, result) => {
    result.observe(f.queue.waiting, { state: 'waiting' })
    result.observe(f.queue.active, { state: 'active' })
  })
  gauge('concordat_processes', 'Processes of the service that are alive.', (f, result) => result.observe(f.members))
  gauge('concordat_clock_off_seconds', 'By how much a clock differs most from the store’s.', (f, result) =>
    result.observe(f.clockOff / 1000),
  )
  return {
    async read() {
      now = { ...(await app.figures()), queue: await service.queue.depth() }
    },
  }
}

import type { en } from './en.ts'

export const es: typeof en = {
  concordat: 'Concordat',
  paused: (by, reason) => `${by} lo puso en pausa${reason === null ? '.' : `: ${reason}`}`,
  pausedBy: (by, reason) => es.paused(by ?? es.concordat, reason === '' ? null : reason),
  noRun: 'Aún no se ha ejecutado.',
  // Runs say why they stopped in English only; the case that they opened says it in both.
  limit: () => 'Un límite del contrato detuvo la última ejecución, y un caso espera una decisión.',
  asked: 'Se pidió que la última ejecución parara; la siguiente continúa donde quedó.',
  cases: (count) => (count === 1 ? '1 caso espera una decisión.' : `${count} casos esperan una decisión.`),
  running: 'Hay una ejecución en marcha.',
  succeeded: 'La última ejecución terminó bien.',
  carriedOver: 'La última ejecución terminó bien; los cambios posteriores se trasladan según llegan.',
}

import { expect, test } from 'vitest'
import { readOptions, UsageError, USAGE } from './options.ts'

test('a named seed is played once, and without one 100 are', () => {
  expect(readOptions(['--seed', '7'])).toMatchObject({ seed: 7, seeds: 1, modes: ['safety', 'liveness'] })
  expect(readOptions([])).toMatchObject({ seed: undefined, seeds: 100, lanes: 3 })
  expect(readOptions(['--seed', '7', '--seeds', '20', '--mode', 'safety'])).toMatchObject({
    seeds: 20,
    modes: ['safety'],
  })
})

test.for([
  [['--seed', 'seven'], '--seed takes a whole number from 0 on, not “seven”.'],
  [['--seeds', '0'], '--seeds takes a whole number from 1 on, not “0”.'],
  [['--workers', '1.5'], '--workers takes a whole number from 1 on, not “1.5”.'],
  [['--mode', 'both ways'], '--mode is safety, liveness or both, not “both ways”.'],
  [['--only', 'lease'], '--only belongs to --ablations.'],
  [['--story', 'nowhere.json'], 'There is no file nowhere.json.'],
  [['--sede', '1'], "Unknown option '--sede'"],
  [['12'], "Unexpected argument '12'"],
] as const)('%s is answered with what is wrong', ([args, text]) => {
  expect(() => readOptions(args)).toThrow(UsageError)
  expect(() => readOptions(args)).toThrow(text)
})

test('the usage names every option', () => {
  expect([...USAGE.matchAll(/^ {2}(--\w+)/gm)].map(([, name]) => name)).toEqual([
    '--seeds',
    '--seed',
    '--mode',
    '--workers',
    '--lanes',
    '--story',
    '--tell',
    '--ablations',
    '--only',
    '--json',
    '--help',
  ])
})

import { defineConfig } from 'vitest/config'

/** What depends on how soon something happens: not beside tests that take all of the machine. */
const TIMED = [
  'test/service/**/*.test.ts',
  'test/feeds/**/*.test.ts',
  'test/notify/**/*.test.ts',
  'test/crash/pause.test.ts',
  'test/crash/frozen-copy.test.ts',
]

export default defineConfig({
  test: {
    // More workers than this would use up the connections of the one server they share.
    maxWorkers: 4,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts'],
          globalSetup: ['test/harness/one-server.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          exclude: TIMED,
          globalSetup: ['test/harness/one-server.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'timed',
          include: TIMED,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          globalSetup: ['test/harness/one-server.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})

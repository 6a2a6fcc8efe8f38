import { existsSync, readFileSync } from 'node:fs'
import { loadEnvFile } from 'node:process'
import type { Backend } from './backend.ts'
import { demoCommand } from './demo/demo-command.ts'
import { EXIT } from './exit-status.ts'
import { processInterrupt } from './interrupt.ts'
import { runProgram } from './program.ts'
import { processTerminal } from './terminal.ts'

/*
 * The entry of the command: puts the process (arguments, environment, terminal, signals) and the application together.
 * What a command does not need is not loaded, so that `--help` and `check` answer at once.
 */

const backend: Backend = {
  check: async (options) => (await import('../app.ts')).checkContract(options),
  look: async (options, flows) => (await import('../app.ts')).lookAtContract(options, flows),
  measure: async (...measured) => (await import('../app.ts')).measureSystem(...measured),
  open: async (options) => (await import('../app.ts')).openApp(options),
  serve: async (app, options) => (await import('../serve.ts')).serve(app, options),
  serveBeginning: async (...served) => (await import('../serve.ts')).serveBeginning(...served),
  introspect: async (connector, settings) => (await import('../app.ts')).introspectSystem(connector, settings),
  sample: async (...sampled) => (await import('../app.ts')).sampleSystem(...sampled),
}

// `concordat log | head` closes the pipe early; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failed)
})

if (existsSync('.env')) loadEnvFile('.env')
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}
const terminal = processTerminal()
process.exitCode = await runProgram(process.argv.slice(2), {
  terminal,
  backend,
  env: process.env,
  interrupt: processInterrupt(terminal),
  version,
  more: [demoCommand],
})
// Everything is closed by now; should something still be open, it must not hold the caller up.
setTimeout(() => process.exit(), 2000).unref()

import { styleText } from 'node:util'

/** Looks that the commands use; on a stream without colour they are the plain text. */
export type Look = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/**
 * Where a command prints: results go to `out`, everything about the work itself to `err`, so that a pipe only ever
 * sees results.
 */
export interface Terminal {
  /** Columns that a line may take; Infinity where output is no terminal, so that nothing is cut for a file. */
  readonly width: number
  readonly errorIsTerminal: boolean
  /** Whether a person sits there who can answer. */
  readonly interactive: boolean
  out(line: string): void
  err(line: string): void
  /** Writes to the error stream without ending the line. */
  rawErr(text: string): void
  paint(look: Look, text: string): string
  paintErr(look: Look, text: string): string
  now(): Date
}

type Stream = { isTTY?: boolean; columns?: number; write(text: string): unknown }

function wantsColour(stream: Stream, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR']) return false
  if (env['FORCE_COLOR'] && env['FORCE_COLOR'] !== '0') return true
  return stream.isTTY === true && env['TERM'] !== 'dumb'
}

/** The terminal of a process. */
export function processTerminal(
  stdout: Stream = process.stdout,
  stderr: Stream = process.stderr,
  env: NodeJS.ProcessEnv = process.env,
): Terminal {
  const painter = (stream: Stream) => {
    const colour = wantsColour(stream, env)
    return (look: Look, text: string): string => (colour ? styleText(look, text, { validateStream: false }) : text)
  }
  return {
    width: stdout.isTTY ? Math.max(stdout.columns || 80, 20) : Infinity,
    errorIsTerminal: stderr.isTTY === true && env['TERM'] !== 'dumb',
    interactive: stdout.isTTY === true && process.stdin.isTTY && !env['CI'],
    out: (line) => void stdout.write(line + '\n'),
    err: (line) => void stderr.write(line + '\n'),
    rawErr: (text) => void stderr.write(text),
    paint: painter(stdout),
    paintErr: painter(stderr),
    now: () => new Date(),
  }
}

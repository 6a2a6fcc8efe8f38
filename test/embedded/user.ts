/**
 * A process that uses the embedded server until it is told to stop: prints one line of JSON when the server is up,
 * stops when its standard input ends, and prints `stopped`. Started by the tests beside it.
 */
import { startEmbedded } from '../../src/store/embedded/embedded-server.ts'

const [dataDir = '', ending = 'stop'] = process.argv.slice(2)
const server = await startEmbedded({ dataDir })
process.stdout.write(`${JSON.stringify({ url: server.url(), port: server.port, dataDir: server.dataDir })}\n`)
process.stdin.resume()
process.stdin.once('end', () => {
  if (ending === 'exit') process.exit(0)
  void server.stop().then(() => process.stdout.write('stopped\n'))
})

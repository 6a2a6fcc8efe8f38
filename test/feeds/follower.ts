/** A process that follows the feeds of a world, to be killed: `node follower.ts <options of openApp as JSON>`. */
import { openApp } from '../../src/app.ts'
import type { OpenOptions } from '../../src/app.ts'

// It does not outlive the test.
process.on('disconnect', () => process.exit())
const app = await openApp(JSON.parse(process.argv[2]!) as OpenOptions)
await app.follow({ signal: new AbortController().signal, onReady: () => process.send!('ready') })

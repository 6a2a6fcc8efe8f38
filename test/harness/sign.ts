import { openApp, type App, type OpenOptions } from '../../src/app.ts'

/** Lets the owners of all flows sign the rules as they are: what a test is about begins after that. */
export async function signAll(app: App): Promise<void> {
  for (const { flow, signed, business, technical } of await app.signings()) {
    if (signed) continue
    for (const [as, { person }] of [['business', business] as const, ['technical', technical] as const])
      await app.giveWord({
        flow,
        as,
        by: person,
        verdict: 'signed',
        way: 'command line',
        actor: { kind: 'command line', account: null, who: person, address: 'test' },
      })
  }
}

/** Opens the application, with its rules signed. */
export async function openSigned(options: OpenOptions): Promise<App> {
  const app = await openApp(options)
  await signAll(app)
  return app
}

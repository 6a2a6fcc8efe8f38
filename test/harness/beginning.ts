/** `concordat serve` in an empty folder, as somebody without a contract starts it: a process, and two systems to begin with. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { connectSystem } from '../engine/systems.ts'
import { freshDatabase } from './database.ts'

const COMMAND = resolve('bin/concordat.js')

/** A shop that knows people by first and last name, and has a price list that nobody else knows. */
const SHOP = `
  create table customer (customer_id serial primary key, first_name text not null, last_name text not null, city text,
    country text, phone text, email text not null, last_update timestamptz not null default now());
  create table film (film_id serial primary key, title text not null, rental_rate numeric(4, 2));
  create table payment_log (id serial primary key, message text);
  insert into customer (first_name, last_name, city, country, phone, email)
    select 'Given' || i, 'Family' || i, 'City ' || i, case when i % 2 = 0 then 'ES' else 'DE' end,
      '+34 91 555 0' || (100 + i), 'p' || i || '@x.example' from generate_series(1, 30) i;
  insert into film (title, rental_rate) select 'Film ' || i, 2.5 from generate_series(1, 5) i;
  analyze;`

/** The same people in a CRM that calls everything otherwise, two of them with another phone number. */
const CRM = `
  create table contacts (id serial primary key, full_name text not null, mail text, mobile text, town text, country_code text,
    modified_at timestamptz not null default now(), password_hash text default 'never shown');
  create table deals (id serial primary key, contact_id integer references contacts, amount numeric(10, 2));
  insert into contacts (full_name, mail, mobile, town, country_code)
    select 'Given' || i || ' Family' || i, 'p' || i || '@x.example',
      case when i in (3, 7) then '+34 91 777 0000' else '+34 91 555 0' || (100 + i) end, 'City ' || i,
      case when i % 2 = 0 then 'ES' else 'DE' end from generate_series(1, 28) i;
  analyze;`

/** Starts it; `end` stops the process and removes what it left. */
export async function startBeginning(given: { readonly sql?: readonly [string, string] } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'concordat-beginning-'))
  const databases = await Promise.all(['shop', 'crm', 'store'].map((name) => freshDatabase(`begin_${name}`)))
  const [shop, crm, store] = databases.map((database) => connectSystem(database.url))
  const [ofShop, ofCrm] = given.sql ?? [SHOP, CRM]
  await shop!.sql(ofShop)
  await crm!.sql(ofCrm)
  let printed = ''
  const child = spawn(process.execPath, [COMMAND, 'serve', '--port', '0'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, DATABASE_URL: databases[2]!.url },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit') as Promise<[number | null]>
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      printed += data.toString()
    })
  return {
    folder,
    shop: shop!,
    crm: crm!,
    store: store!,
    printed: () => printed,
    /** Both systems as they are, down to who wrote which row last. */
    async image(): Promise<unknown> {
      const rows = (table: string) => `select xmin::text, ctid::text, t::text from ${table} t order by 2`
      return [await shop!.sql(rows('customer')), await crm!.sql(rows('contacts'))]
    },
    /** Where it serves, and the token that makes the first account. */
    async link(): Promise<{ readonly base: string; readonly token: string }> {
      for (;;) {
        const found = /(http:\/\/[^\s/]+)\/setup\?token=([\w-]+)/.exec(printed)
        if (found) return { base: found[1]!, token: found[2]! }
        if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}: ${printed}`)
        await sleep(50)
      }
    },
    async end(): Promise<number | null> {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      const [status] = await ended
      for (const system of [shop!, crm!, store!]) await system.end()
      for (const database of databases) await database.drop()
      await rm(folder, { recursive: true, force: true })
      return status
    },
  }
}

export type Started = Awaited<ReturnType<typeof startBeginning>>

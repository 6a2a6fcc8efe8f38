import { expect, test } from 'vitest'

import { flow, openLanding, table } from './landing.ts'

/* PostgreSQL's exclusion constraints: two bookings of a room that overlap refuse one another, without an equal value. */

const STAMP = 'updated_at timestamptz not null default clock_timestamp()'

test('L31 what another record excludes lands once that one has moved', async () => {
  const bookings = (name: string, rule = '') =>
    `create table ${name} (id serial primary key, ref text not null, days int4range not null, ${STAMP} ${rule});`
  const landing = await openLanding({
    erp: `${bookings('bookings')} insert into bookings (ref, days) values ('A', '[1,3)'), ('B', '[3,5)'), ('C', '[5,7)')`,
    crm: bookings('stays', ', exclude using gist (days with &&)'),
    flows: {
      bookings: flow({ erp: table('bookings'), crm: table('stays') }, [['ref']], {
        ref: { type: 'text', required: true, erp: 'ref', crm: 'ref' },
        days: { type: 'text', erp: 'days', crm: 'days' },
      }),
    },
  })
  await landing.run()
  const days = async () =>
    (await landing.crm('select days::text as days from stays order by ref')).map((row) => row['days'])
  // A takes what B leaves, B what C leaves: none lands in the order of their ids.
  await landing.erp(`
    update bookings set days = case ref when 'A' then '[3,5)' when 'B' then '[5,7)' else '[9,11)' end::int4range, updated_at = clock_timestamp()`)
  expect(await landing.run()).toMatchObject({ bookings: { status: 'done', updated: 3 } })
  expect(await days()).toEqual(['[3,5)', '[5,7)', '[9,11)'])
  await landing.rest()
  // Somebody else's stay is in the way: a case that says so, until it is gone.
  await landing.crm(`insert into stays (ref, days) values ('Z', '[20,30)')`)
  await landing.erp(`update bookings set days = '[25,26)', updated_at = clock_timestamp() where ref = 'A'`)
  await landing.run()
  const sentences = (await landing.cases()).map((one) => one.sentence)
  expect(sentences.join('\n')).toMatch(/excludes this one/)
})

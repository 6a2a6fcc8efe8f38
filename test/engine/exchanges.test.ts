import { describe, expect, test } from 'vitest'

import { describeMariaDb, type MariaDb } from '../harness/mariadb.ts'
import { cards, differences, key, ring, STAMP, type Dialect } from './cards.ts'
import { flow, openLanding, table } from './landing.ts'

describe('PostgreSQL', () => {
  suite('postgres', () => undefined)
})
describeMariaDb('MariaDB', (server) => {
  suite('mariadb', server)
})

function suite(dialect: Dialect, server: () => MariaDb | undefined): void {
  test('L31 a ring of unique values that is larger than a page, and than a call', { timeout: 240_000 }, async () => {
    const size = dialect === 'postgres' ? 2_050 : 1_050
    const landing = await cards(dialect, server(), size)
    await ring(landing, 1, size)
    expect((await landing.run())['customers']).toMatchObject({ status: 'done', quarantined: 0 })
    expect(await differences(landing)).toEqual([])
    await landing.rest()
  })

  test('L31 a column in which nothing can stand in: a case says so and names the other record, a user exchanges them', async () => {
    const flags = dialect === 'postgres' ? 'flag not null unique' : `enum ('red', 'blue', 'green') not null unique`
    const landing = await cards(dialect, server(), 3, {
      crm: dialect === 'postgres' ? `create type flag as enum ('red', 'blue', 'green');` : '',
      card: `card ${flags}`,
      value: `(array['red', 'blue', 'green'])[i]`,
    })
    await ring(landing, 1, 2)
    expect((await landing.run())['customers']).toMatchObject({ status: 'waiting', updated: 0 })
    expect((await landing.cases()).map((one) => one.sentence).toSorted()).toEqual([
      expect.stringMatching(
        /“N1”: .*The other record is “N2” \(customers, crm 2\)\. The two records exchange card, and .* by hand in that system\./,
      ),
      expect.stringMatching(
        /“N2”: .*The other record is “N1” \(customers, crm 1\)\. The two records exchange card, and .* by hand in that system\./,
      ),
    ])
    await landing.crm(`update accounts set name = 'N2x' where id = 1; update accounts set name = 'N1' where id = 2;
      update accounts set name = 'N2' where id = 1;`)
    await landing.erp(`update customers set card = 'none ' || id where id < 3;
      update customers set card = case id when 1 then 'red' else 'blue' end, updated_at = clock_timestamp() where id < 3;`)
    await landing.crm(`update accounts set name = 'N' || id where id < 3`.replace(`'N' || id`, `concat('N', id)`))
    expect((await landing.run())['customers']).toMatchObject({ status: 'done' })
    expect(await differences(landing)).toEqual([])
    await landing.rest()
  })

  test('L31 a value is taken from a record whose deletion waits for an answer: the case names that one, which decides', async () => {
    for (const answer of ['delete', 'restore'] as const) {
      const landing = await cards(dialect, server(), 4, { edge: { deleted_in_master: 'ask' } })
      const app = await landing.app()
      // One takes the card of who is gone, and another one takes that one's.
      await landing.erp(`delete from customers where id = 1;
        update customers set card = 'C-1', updated_at = clock_timestamp() where id = 2;
        update customers set card = 'C-2', updated_at = clock_timestamp() where id = 3;`)
      await landing.run()
      const sentences = async () => (await landing.cases()).map((one) => one.sentence).toSorted()
      const follow = (id: number) => `Case ${id} decides about that record; answer that case first\\.$`
      const asked = (await landing.cases()).find((one) => one.cause === 'deleted_in_master')!
      expect(await sentences()).toEqual([
        expect.stringMatching(`“N2”: .*The other record is “N1” \\(customers, crm 1\\)\\. ${follow(asked.case)}`),
        expect.stringMatching(`“N3”: .*The other record is “N2” \\(customers, crm 2\\)\\. ${follow(asked.case)}`),
        asked.sentence,
      ])
      await landing.run()
      expect(await landing.cases()).toHaveLength(3)
      await app.resolve(asked.case, { choice: answer, by: 'ana' })
      await landing.run()
      if (answer === 'restore') {
        // The card is somebody else's there by now, so it cannot come back; this is what is to be decided then.
        const refused = (await landing.cases()).find((one) => one.choices.some(({ choice }) => choice === 'delete'))!
        expect(refused.sentence).toMatch(/erp does not accept “N1”: .*The other record is “N2” \(customers, erp 2\)\.$/)
        expect((await sentences()).filter((one) => one.includes(`Case ${refused.case} decides`))).toHaveLength(2)
        await app.resolve(refused.case, { choice: 'delete', by: 'ana' })
        await landing.run()
      }
      expect(await landing.crm('select name, card from accounts order by card')).toEqual([
        { name: 'N2', card: 'C-1' },
        { name: 'N3', card: 'C-2' },
        { name: 'N4', card: 'C-4' },
      ])
      await landing.rest()
    }
  })

  test('L31 records exchange what they refer to, under a key with another column of the flow', async () => {
    const stamp = STAMP[dialect]
    const landing = await openLanding({
      erp: `create table groups (id serial primary key, name text not null unique, ${STAMP.postgres});
        create table members (id serial primary key, name text not null unique, group_id int not null references groups, seat int not null, unique (group_id, seat), ${STAMP.postgres});
        insert into groups (name) values ('A'), ('B');
        insert into members (name, group_id, seat) values ('x', 1, 1), ('y', 2, 1), ('z', 2, 2);`,
      crm: `create table teams (id ${key(dialect)}, name varchar(80) not null unique, ${stamp});
        create table players (id ${key(dialect)}, name varchar(80) not null unique, team_id int not null, seat int not null, ${stamp},
          unique (team_id, seat), foreign key (team_id) references teams (id));`,
      mariadb: server(),
      flows: {
        groups: flow({ erp: table('groups'), crm: table('teams') }, [['name']], {
          name: { type: 'text', required: true, erp: 'name', crm: 'name' },
        }),
        members: flow(
          { erp: table('members'), crm: table('players') },
          [['name']],
          {
            name: { type: 'text', required: true, erp: 'name', crm: 'name' },
            group: { type: 'reference(groups)', erp: 'group_id', crm: 'team_id' },
            seat: { type: 'integer', erp: 'seat', crm: 'seat' },
          },
          { missing_reference: 'ask' },
        ),
      },
    })
    await landing.run()
    await landing.erp(`begin; update members set seat = 9 where name = 'x';
      update members set group_id = 1, updated_at = clock_timestamp() where name = 'y';
      update members set group_id = 2, seat = 1, updated_at = clock_timestamp() where name = 'x'; commit;`)
    expect((await landing.run())['members']).toMatchObject({ status: 'done', updated: 2, quarantined: 0 })
    const players = await landing.crm(
      'select p.name, t.name as team, p.seat from players p join teams t on t.id = p.team_id order by 1',
    )
    expect(players.map((row) => Object.values(row).map(String).join(' '))).toEqual(['x B 1', 'y A 1', 'z B 2'])
    await landing.rest()
  })

  if (dialect === 'mariadb') {
    test('L31 a system that takes its writes one by one: swaps, rings and chains', async () => {
      const landing = await cards(dialect, server(), 9, { options: 'engine = MyISAM' })
      await ring(landing, 1, 2)
      await ring(landing, 3, 5)
      await landing.erp(`update customers set card = 'C-90', updated_at = clock_timestamp() where id = 9;
        update customers set card = 'C-9', updated_at = clock_timestamp() where id = 8;
        update customers set card = 'C-8', updated_at = clock_timestamp() where id = 7;`)
      expect((await landing.run())['customers']).toMatchObject({ status: 'done', quarantined: 0, updated: 10 })
      expect(await differences(landing)).toEqual([])
      await landing.rest()
      const told = (await (await landing.app()).log({ flow: 'customers', limit: 30 })).map((entry) => entry.why)
      expect(told.filter((why) => why.startsWith('It has a temporary value'))).toHaveLength(2)
    })

    test('L31 there, too, a case says where nothing can stand in, or where the system does not take what does', async () => {
      const landing = await cards(dialect, server(), 4, {
        card: `card varchar(40) not null unique, constraint ours check (card like 'C-%')`,
        options: 'engine = MyISAM',
      })
      await ring(landing, 1, 2)
      expect((await landing.run())['customers']).toMatchObject({ status: 'waiting', updated: 0 })
      expect((await landing.cases()).map((one) => one.sentence).toSorted()).toEqual([
        expect.stringMatching(/“N1”: .*The other record is “N2” \(customers, crm 2\)\. The two records exchange card/),
        expect.stringMatching(/“N2”: .*The other record is “N1” \(customers, crm 1\)\. The two records exchange card/),
      ])
      await ring(landing, 1, 2)
      expect((await landing.run())['customers']).toMatchObject({ status: 'done', updated: 0 })
      await landing.rest()
    })

    test('L31 what stands in for a moment is a value that the flow can read', async () => {
      const landing = await cards(dialect, server(), 3, {
        type: 'email',
        value: `'c' || i || '@acme.example'`,
        options: 'engine = MyISAM',
      })
      await ring(landing, 1, 3)
      expect((await landing.run())['customers']).toMatchObject({ status: 'done', updated: 4, quarantined: 0 })
      expect(await differences(landing)).toEqual([])
      await landing.rest()
    })
  }
}

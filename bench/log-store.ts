/**
 * A store as it is after three months of work: records with their links, runs, and the log of what was done. It is written by
 * SQL, since a million operations take a while to be done; what is measured afterwards is the real code on it.
 */
import type { Session } from '../src/store/database/database.ts'
import { ensurePartitions } from '../src/store/migrate.ts'

const DAYS = 90
/** Operations of one batch; they stand at the same moment. */
const BATCH = 250
const RUNS = 2_000

/** Operations for each record, its creation among them. */
export const OPERATIONS_EACH = 10

/** Fills an empty store with `records` records and their history. */
export async function fillStore(session: Session, records: number): Promise<void> {
  const begin = new Date(Date.now() - DAYS * 86_400_000)
  for (let month = begin; month < new Date(); month = new Date(month.getTime() + 28 * 86_400_000))
    await ensurePartitions(session, month)
  await ensurePartitions(session, new Date())
  const operations = records * OPERATIONS_EACH
  const batches = Math.ceil(operations / BATCH)
  const from = begin.toISOString()
  /** SQL: when batch `b` was sent. */
  const at = (b: string): string =>
    `date_trunc('milliseconds', timestamptz '${from}' + ${b} * (interval '${DAYS} days' / ${batches + 1}))`
  const run = (b: string): string => `(1 + ${b} * ${RUNS - 1} / ${batches})`
  const golden = `'C' || lpad(i::text, 8, '0') || E'\\t' || 'Customer ' || i || E'\\t' || 'c' || i || '@example.com' || E'\\t+3460' || lpad(i::text, 7, '0')
    || E'\\tCalle ' || (i % 900) || E'\\t' || (array['Valencia', 'Madrid', 'Sevilla', 'Bilbao'])[1 + i % 4] || E'\\t4600' || i % 10 || E'\\tES\\t1000.00\\t2019-05-01'`
  await session.query(`
    insert into contract_version (fingerprint, source, published_at) select md5('v' || v), '', now() from generate_series(1, 3) v;
    insert into flow (name, first_sync_at, last_success) values ('customers', now(), now());
    insert into side (flow_id, system) values (1, 'a'), (1, 'b');
    insert into layout (flow_id, names) values (1, '{number,name,email,phone,street,city,postcode,country,credit_limit,customer_since}');
    insert into run (flow_id, contract_id, kind, status, started_at, finished_at, report)
      select 1, 1 + (r - 1) * 3 / ${RUNS}, 'incremental', 'done', timestamptz '${from}' + (r - 1) * (interval '${DAYS} days' / ${RUNS - 1}),
        timestamptz '${from}' + r * (interval '${DAYS} days' / ${RUNS - 1}), '{"writes":{"b":400}}' from generate_series(1, ${RUNS}) r;
    insert into record (id, flow_id, version, layout_id, state, created_run, created_side, created_rule, golden)
      select i, 1, 3, 1, 'live', 1, 1, 'new record', ${golden} from generate_series(1, ${records}) i;
    insert into link (side_id, remote_id, record_id, layout_id, state, image)
      select s, (i + 7 * s)::text, i, 1, 'live', ${golden} from generate_series(1, ${records}) i cross join generate_series(1, 2) s;
    insert into batch (run_id, side_id, intended_at, settled_at)
      select ${run('b')}, 1 + b % 2, ${at('b')}, ${at('b')} + interval '20 milliseconds' from generate_series(0, ${batches - 1}) b`)
  // What is rare is also old: a search for it has to come past everything else.
  await session.query(`
    insert into operation (id, at, batch_id, run_id, side_id, record_id, remote_id, kind, outcome, rule, version, patch, fields, before, layout_id, error)
    select i, ${at('b')}, b + 1, ${run('b')}, 1 + b % 2, r, r::text, case when i <= ${records} then 'create' when i % 5000 = 7 then 'delete' else 'update' end,
      case when i % 200 = 3 then 'refused' when i % 1000 = 4 then 'failed' when i % 500 = 5 then 'superseded' when i between ${records + 10} and ${records + 16} then 'not sent' end,
      'master: field master', 2, case when i > ${records} then '{"set":{"name":"Customer"},"lines":{}}' end,
      case when i <= ${records} then null
        when i between ${records + 100} and ${records + 112} then '[["customer_since","2019-05-01","2019-06-01"]]'
        else '[["' || (array['name', 'email', 'phone', 'street', 'city', 'postcode', 'country', 'credit_limit'])[1 + i % 8] || '","before ' || i || '","after ' || i || '"]]' end,
      case when i > ${records} then 'C' || i || E'\\tCustomer' end, 1, case when i % 200 = 3 then 'The system refused it.' end
    from generate_series(1, ${operations}) i
    cross join lateral (select (i - 1) / ${BATCH} as b, case when i <= ${records} then i else 1 + (i::bigint * 7919) % ${records} end as r) x`)
  await session.query(`
    insert into revision (at, flow_id, run_id, record_id, version, changes)
    select ${at('b')}, 1, ${run('b')}, r, 2 + i % 3,
      '[{"field":"' || case when i between 100 and 110 then 'customer_since' else (array['name', 'email', 'phone', 'street', 'city', 'postcode', 'country', 'credit_limit'])[1 + i % 8] end
        || '","from":"before ' || i || '","to":"after ' || i || '","rule":"master: field master","system":"' || (array['a', 'b'])[1 + i % 2] || '","at":null,"lost":{}}]'
    from generate_series(1, ${Math.floor(operations / 2)}) i
    cross join lateral (select (${records} + i::bigint * ${operations - records} / ${Math.floor(operations / 2)} - 1) / ${BATCH} as b, 1 + (i::bigint * 7919) % ${records} as r) x`)
  await session.query(`
    insert into case_file (flow_id, kind, cause, subject, record_id, side_id, field, title, detail, state, opened_at, opened_run, resolved_by, resolution)
    select 1, 'conflict', 'edited_outside_master', 's' || i, i, 1 + i % 2, 'name', 'Customer ' || i, '{"sentence":"Both changed it.","values":{},"choices":[]}',
      case when i % 10 = 0 then 'open' else 'resolved' end, ${at(`i * ${batches} / 5001`)}, ${run(`i * ${batches} / 5001`)}, 'Ana', 'a'
    from generate_series(1, 5000) i`)
  await session.query(`
    insert into log_field (flow_id, field, hour)
    select 1, f, date_trunc('hour', timestamptz '${from}' + h * interval '1 hour', 'UTC')
    from generate_series(0, ${DAYS * 24}) h cross join unnest(array['name', 'email', 'phone', 'street', 'city', 'postcode', 'country', 'credit_limit']) f
    union select 1, 'customer_since', date_trunc('hour', o.at, 'UTC') from operation o where o.fields like '[["customer_since%'
    union select 1, 'customer_since', date_trunc('hour', r.at, 'UTC') from revision r where r.changes like '[{"field":"customer_since%'`)
  for (const table of ['log_field', 'record', 'link', 'operation', 'revision', 'case_file', 'run', 'batch'])
    await session.query(`vacuum analyze ${table}`)
}

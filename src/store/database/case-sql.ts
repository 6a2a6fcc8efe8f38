/*
 * Parts of statements about cases, for every room that counts them. A case that another open case decides about is counted
 * under that one.
 */

/** SQL for the number of the open case that an open case is counted under; null where it is a decision of its own. */
export const COUNTED_UNDER = (row: string): string =>
  `(select b.id from case_file b where ${row}.state = 'open' and b.id = (${row}.detail->'data'->>'decidedBy')::bigint
    and b.state = 'open' and b.id <> ${row}.id)`

/** SQL for cases that are a decision of their own. */
export const IS_DECISION = (row: string): string => `${COUNTED_UNDER(row)} is null`

/** SQL for an open case about a record (`about`: expression of its id), also about one of its rows. */
export const CASES_ABOUT = (about: string): string =>
  `select o.id, o.detail from case_file o where o.record_id = ${about} and o.state = 'open'
   union all
   select o.id, o.detail from link ol join side os on os.id = ol.side_id
     join case_file o on o.flow_id = os.flow_id and o.subject = os.system || ':' || ol.remote_id and o.state = 'open'
   where ol.record_id = ${about}`

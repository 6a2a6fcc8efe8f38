import type { Quirk } from './passport.ts'

/* What each quirk of a system is in a sentence, and what follows from it. */

export interface QuirkWords {
  /** `loses`: data can be lost or wrong; `hinders`: something does not work, and is told; `costs`: time, and nothing else. */
  readonly level: 'loses' | 'hinders' | 'costs'
  /** What the system does; `at`: the fields or lines, in words. */
  readonly says: (at: string) => string
  readonly so: string
}

const words = (level: QuirkWords['level'], says: QuirkWords['says'] | string, so: string): QuirkWords => ({
  level,
  says: typeof says === 'string' ? () => says : says,
  so,
})

export const QUIRK_WORDS: Readonly<Record<Quirk, QuirkWords>> = {
  'open-to-all': words(
    'hinders',
    'It answers without a sign-in.',
    'Name a call in `verify` that needs one; otherwise a wrong secret is only noticed later.',
  ),
  'sign-in-unclear': words(
    'hinders',
    'It does not answer with 401 to who is not signed in.',
    'Say in `errors` what it answers (`is: credentials`); otherwise a sign-in that has ended is not renewed.',
  ),
  'empty-is-404': words('hinders', 'It answers an empty list with 404.', '`empty: 404` says so.'),
  'page-refused': words('hinders', 'It refuses pages as large as described.', 'Pages must be smaller.'),
  'page-cut': words('costs', 'It cuts pages shorter than they are asked for.', 'Asking for what it gives saves calls.'),
  'pages-repeat': words(
    'hinders',
    'It shows the same page again, whichever is asked for.',
    'Correct `paging`; until then nothing can be read beyond the first page.',
  ),
  'pages-overlap': words(
    'loses',
    'Its pages overlap: there is no fixed order.',
    'A record that slips between two pages is missed until the next full pass. Add a parameter that sorts to `params` of `list`.',
  ),
  'pages-once': words(
    'hinders',
    'A page cannot be asked for twice.',
    'A listing that is interrupted begins again from its first page; `keyset` or `offset` would not.',
  ),
  'order-not-kept': words(
    'hinders',
    'Records do not come in the order of their ids.',
    'Without `ordered` they are sorted here.',
  ),
  'field-missing': words(
    'loses',
    (at) => `No record shows ${at}.`,
    'It counts as empty, and an empty value may be carried to other systems. Correct its `path`, or take the field out.',
  ),
  'list-differs': words(
    'loses',
    (at) => `Listings and single records show ${at} differently.`,
    'Each reading looks like a change. Add the parameter that makes listings complete, or take the fields out.',
  ),
  'listing-lags': words(
    'loses',
    'Listings show new records late.',
    'Without `lag` a record whose creation was not answered may be made twice.',
  ),
  'missing-unclear': words(
    'hinders',
    'It does not answer with 404 to a record that is not there.',
    'A deletion is not understood. Say in `errors` what it answers (`is: gone`), if nothing else is answered in the same way.',
  ),
  'ids-ignored': words(
    'costs',
    'It ignores the filter by ids and shows everything.',
    'Records are read one by one instead.',
  ),
  'ids-incomplete': words(
    'loses',
    'The filter by ids leaves records out.',
    'A record that is left out counts as deleted. `most` of `ids` must be smaller, or `ids` be taken out.',
  ),
  'search-ignored': words(
    'costs',
    (at) => `It ignores the search by ${at} and shows everything.`,
    'Records are compared here; searching costs a whole listing.',
  ),
  'search-blind': words(
    'loses',
    (at) => `The search by ${at} does not find a record that has the value.`,
    'A record whose creation was not answered would be made twice.',
  ),
  'changes-ignored': words(
    'costs',
    'It ignores the filter for changes and shows everything.',
    'Every look at changes costs a whole listing.',
  ),
  'changes-exclusive': words(
    'loses',
    'The filter for changes leaves out what changed at that very time.',
    'What changes at the same moment as the last record that was seen is missed. Without `inclusive` it is asked for earlier.',
  ),
  'changes-late': words(
    'loses',
    'The filter for changes compares in coarser steps than described.',
    'Changes are missed. A larger `resolution` asks for them earlier.',
  ),
  'changes-zone': words(
    'loses',
    'The filter for changes reads times in another zone than records show them in.',
    'Changes of hours are missed, or shown again. A larger `resolution` asks for them earlier.',
  ),
  'time-off': words(
    'loses',
    (at) => `${at} is not the time at which a record was changed: it is off by minutes or hours.`,
    'It is a time of another zone: write `as: local time` and `timezone`, or see what its clock says. Until then changes are missed or the later edit does not win.',
  ),
  'time-cut': words(
    'costs',
    'Times of change are shown in coarser steps than they are kept.',
    'What changes within one step is looked at again.',
  ),
  'time-stays': words(
    'loses',
    (at) => `Changes of ${at} do not move the time of change.`,
    'They are found by full passes only, and until then they can be overwritten.',
  ),
  'lines-time-stays': words(
    'loses',
    (at) => `Changes of ${at} do not move the time of change of their record.`,
    'They are found by full passes only, and until then they can be overwritten.',
  ),
  'version-missing': words(
    'loses',
    'Records show no version where the description says it is.',
    'Nothing guards a write: what somebody enters between our reading and our writing is overwritten. Correct `path` of `version`.',
  ),
  'version-stays': words(
    'loses',
    (at) => `Changes of ${at} do not move the version.`,
    'What somebody enters there between our reading and our writing is overwritten.',
  ),
  'guard-ignored': words(
    'loses',
    'It takes a write that comes too late, whatever version goes with it.',
    'What somebody enters between our reading and our writing is overwritten.',
  ),
  'guard-unclear': words(
    'hinders',
    'It refuses a write that comes too late in the same way as a wrong one.',
    'The record is set aside instead of being read again. Say in `errors` what it answers (`is: conflict`).',
  ),
  'guard-refuses': words(
    'hinders',
    'It refuses a write that goes with the right version.',
    'No record can be changed. Correct `version`.',
  ),
  'id-not-told': words(
    'hinders',
    'The answer to a new record does not say which it is.',
    'Each new record is looked for by its values. Correct `record` of `create`.',
  ),
  'create-answer-differs': words(
    'loses',
    (at) => `The answer to a new record shows ${at} otherwise than it is.`,
    'Without `trusted` records are read again.',
  ),
  'update-answer-differs': words(
    'loses',
    (at) => `The answer to a change shows ${at} otherwise than it is.`,
    'Without `trusted` records are read again.',
  ),
  'required-undeclared': words(
    'hinders',
    (at) => `A record without ${at} is refused.`,
    '`required: true` says so before it is sent.',
  ),
  'unique-undeclared': words(
    'hinders',
    (at) => `Two records may not have the same ${at}.`,
    '`unique: true` says so before it is sent.',
  ),
  'duplicate-taken': words(
    'loses',
    (at) => `It takes a second record with the same ${at}.`,
    'Nothing but the match rules keeps records from being doubled.',
  ),
  'duplicate-unclear': words(
    'hinders',
    (at) => `It refuses a second record with the same ${at} in the same way as a wrong one.`,
    'Say in `errors` what it answers (`is: exists`), so that the record waits for the other one.',
  ),
  'reference-unclear': words(
    'hinders',
    (at) => `It refuses a record whose ${at} refers to nothing in the same way as a wrong one.`,
    'Say in `errors` what it answers (`is: missing reference`), so that the record waits.',
  ),
  'refusal-as-failure': words(
    'hinders',
    'It refuses a wrong record as if it had failed itself.',
    'Each such record counts as lost and is looked for. Say in `errors` what it answers (`is: refused`).',
  ),
  'refusal-as-success': words(
    'loses',
    'It refuses a wrong record with an answer that looks like success.',
    'The refusal must be told in `errors` (`is: refused`).',
  ),
  'reason-in-header': words(
    'hinders',
    (at) => `Why it refuses a record stands in ${at} only.`,
    'People see the status and no reason; use the header in `when` of `errors`.',
  ),
  'malformed-as-failure': words(
    'hinders',
    'It answers JSON that is broken as if it had failed itself.',
    'A description that sends something wrong looks like trouble of the system.',
  ),
  'field-ignored': words(
    'loses',
    (at) => `It does not take ${at}, and says nothing.`,
    'The values are sent again and again or differ for ever. Correct the `path`, or write `read_only: true`.',
  ),
  'emptying-ignored': words(
    'loses',
    (at) => `${at} cannot be emptied.`,
    'A value that is erased elsewhere stays. See whether `empty` is written in another way.',
  ),
  'unsent-emptied': words(
    'loses',
    (at) => `A change empties ${at}, which was not sent.`,
    'Use `put`, which sends the whole record, if there is one.',
  ),
  'shared-value': words(
    'loses',
    (at) => `Records with the same ${at} share it: changing one changes the others.`,
    'A write changes records that nobody meant. Map the field to reading only.',
  ),
  trimmed: words('costs', (at) => `It takes spaces off the ends of ${at}.`, 'What it made of a value counts there.'),
  cut: words('loses', (at) => `It cuts ${at}, and says nothing.`, '`most` keeps longer values from being sent.'),
  'emoji-lost': words(
    'loses',
    (at) => `It loses characters such as emoji in ${at}.`,
    'What it made of a value counts there, and differs.',
  ),
  rewritten: words('costs', (at) => `It writes ${at} in a way of its own.`, 'What it made of a value counts there.'),
  rounded: words('loses', (at) => `It rounds ${at}.`, '`scale` says to how many digits.'),
  'digits-lost': words(
    'loses',
    (at) => `It loses digits of large numbers in ${at}.`,
    'Numbers beyond 15 digits differ.',
  ),
  'lines-ignored': words(
    'loses',
    (at) => `It does not take ${at} with a new record.`,
    'Orders arrive without lines. Correct the `path` of the lines.',
  ),
  'line-ids-change': words(
    'loses',
    (at) => `${at} get other ids with each change.`,
    'Whatever refers to a line from elsewhere loses it.',
  ),
  'parallel-fails': words(
    'hinders',
    'Records that are made at the same time are refused.',
    '`at_once: 1` of `create` makes one after the other.',
  ),
  'delete-not-done': words(
    'hinders',
    'It answers that it deleted a record, and does not delete it.',
    'The deletion is told as refused.',
  ),
  'deleted-still-listed': words(
    'loses',
    'It still lists a record that was deleted.',
    'The record seems to be there and not to be. Name the field that marks it (`deleted` of the records), or leave it out by a parameter.',
  ),
  'delete-again-unclear': words(
    'hinders',
    'It answers as if it had failed to who deletes a record again.',
    'A deletion whose answer was lost looks like trouble. Say in `errors` what it answers (`is: gone`).',
  ),
  'not-restorable': words(
    'hinders',
    'A deleted record cannot come back under its id.',
    'It would come back as another one.',
  ),
}

/** A quirk in a sentence. */
export const quirkSentence = (quirk: Quirk, at: readonly string[]): string =>
  QUIRK_WORDS[quirk].says(at.length === 0 ? 'it' : at.map((name) => `\`${name}\``).join(', '))

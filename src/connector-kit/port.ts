import type { ColumnFacts, ColumnKind } from '../model/column-facts.ts'
import type { ConcordatError } from '../model/errors.ts'
import type { Filter } from '../model/filter.ts'
import type { NewId } from '../model/new-id.ts'
import type { MeasuredObject, MeasureRequest, Passport } from '../model/passport.ts'
import type { RestDescription } from '../model/rest-description.ts'
import type { Stamps } from '../model/stamp.ts'
import type { SystemIdentity } from '../model/system-identity.ts'
import type { Raw } from '../model/value.ts'
import type { ChangeFeed, Watched } from './change-feed.ts'

/*
 * The Connector port: how the engine reaches a business system.
 *
 *   Connector ── open(spec) ──► RemoteObject ── scan · changedSince · read · create · update · delete
 *             └─ feed(watched) ──► ChangeFeed ── install · listen · acknowledge   (change-feed.ts; where the system can)
 *
 * Everything is in batches. A connector never interprets values: it hands over text as the system prints it.
 * It throws a ConcordatError when the call as a whole failed (nothing known about the outcome: `connector.lost-response`),
 * and answers per record when single records were refused.
 */

/** One record as a system holds it. Rows of one `RemoteObject` all follow its `layout`. */
export interface RemoteRecord {
  readonly id: string
  /** `values[i]` belongs to `layout.columns[i]`. May be decoded when first asked for: hand records on, do not spread them. */
  readonly values: readonly Raw[]
  /** The same row as one string (`encodeImage(values)`): equal images, equal rows. Stored as the last image of a record. */
  readonly image: string
  /** False when the record exists but the flow's filter leaves it out. Scans only return records in scope. */
  readonly inScope: boolean
}

/** Names the places of a row's values. */
export interface Layout {
  /** All readable columns of the object (binary ones only when mapped), then one column per `lines` declaration. */
  readonly columns: readonly string[]
  readonly id: number
  /** -1 when the object has none. */
  readonly changedAt: number
  readonly version: number
  /** Columns that the system computes, so that they are read but never written; absent: none. */
  readonly computed?: ReadonlySet<string>
  /** Place of each `lines` declaration by name, and the columns of one child row in its JSON text. */
  readonly lines: ReadonlyMap<string, LinesLayout>
  /** By column; lines aside. */
  readonly facts: ReadonlyMap<string, ColumnFacts>
  /** Columns that are unique together, as far as the system tells; the id is not among them. Absent: nothing is known. */
  readonly uniqueKeys?: readonly (readonly KeyColumn[])[]
  /** Columns that refer to another record of the same object. */
  readonly ownReferences?: readonly KeyColumn[]
}

/** A column of a key, with what a value needs that stands in it for a moment. */
export type KeyColumn = Pick<CatalogueColumn, 'name' | 'kind' | 'nullable' | 'maxLength'> & {
  /** It refers to another record, by a constraint. */
  readonly refers?: boolean
}

/**
 * Child rows travel in one column as JSON text: an array of child rows, each an array of `string | null` in the order
 * of `columns`, sorted by `lineId`. The first column, `""`, is the child row's own id (its key columns other than the
 * parent; when there are several, JSON text of an array). Then come all readable columns but the parent's id (binary
 * ones only when declared): a restored record gets all of them back.
 */
export interface LinesLayout {
  readonly place: number
  readonly columns: readonly string[]
  readonly facts: ReadonlyMap<string, ColumnFacts>
  /** As in `Layout`. */
  readonly computed?: ReadonlySet<string>
}

/** What a flow needs of one object of a system. Names are checked against the catalogue by `open`. */
export interface ObjectSpec {
  /** Table, possibly `schema.table`; or the vendor's object name. */
  readonly object: string
  readonly id: string
  readonly changedAt?: string
  /** A column the system changes with every write (integer or timestamp). */
  readonly version?: string
  readonly filter?: Filter
  /** IANA zone of times that the system stores without one; UTC unless given. */
  readonly timezone?: string
  /** Columns that the flow reads or writes; `open` refuses names that do not exist. */
  readonly fields: readonly string[]
  readonly lines?: readonly LinesSpec[]
  /** Who makes ids where the system does not: with `from` they are given, else `reserveIds` makes them. */
  readonly newId?: NewId
  /** Columns that a create sets unless it names them. */
  readonly createStamps?: Stamps
  /** Columns that every update sets, also one that changes only lines; and what a restored record gets. */
  readonly updateStamps?: Stamps
}

export interface LinesSpec {
  readonly name: string
  readonly object: string
  /** Column of the child that holds the parent's id. */
  readonly parent: string
  /** Columns that identify a child row within its parent; default: the child's primary key without `parent`. */
  readonly id?: readonly string[]
  /** Child rows that it leaves out are neither read nor touched, not even with their record. */
  readonly filter?: Filter
  readonly fields: readonly string[]
}

/** What a connector can do; the engine chooses its protocol by it. */
export interface Capabilities {
  /**
   * Where the id of a new record comes from: `reserved`: `reserveIds` hands ids out beforehand, so that a create can be
   * repeated safely; `given`: we choose it; `assigned`: the system chooses, and a lost create is settled by `search`.
   */
  readonly ids: 'reserved' | 'given' | 'assigned'
  /** `changedSince` works (the object has a changed-at column). */
  readonly changedSince: boolean
  /** Writes are refused when the record is no longer what was expected, atomically. `weak`: re-read just before. */
  readonly guard: 'atomic' | 'weak'
  /** A batch lands whole or not at all. */
  readonly atomicBatch: boolean
  /** `digest` works. */
  readonly digest: boolean
  readonly lines: boolean
  /** Most records a single read / write call takes. */
  readonly maxBatch: number
  /** Resolution of the changed-at column in milliseconds (1000 where seconds are cut). */
  readonly changedAtResolution: number
}

/** Where the next `changedSince` starts: the largest (changed_at, id) that was handed over. Opaque to the engine but for storage. */
export interface Cursor {
  /** As the system prints it, in UTC. */
  readonly at: string
  readonly id: string
}

export interface ChangePage {
  readonly records: readonly RemoteRecord[]
  readonly cursor: Cursor
}

export interface KeyRange {
  /** Exclusive; null: from the beginning. */
  readonly after: string | null
  /** Inclusive; null: to the end. */
  readonly upTo: string | null
}

export interface LineInsert {
  /** Column → value, without the parent's id. The rows of a restore name all columns of the last image. */
  readonly values: Readonly<Record<string, Raw>>
}
export interface LineUpdate {
  readonly id: string
  readonly set: Readonly<Record<string, Raw>>
}
export interface LinesPatch {
  readonly insert: readonly LineInsert[]
  readonly update: readonly LineUpdate[]
  /** Ids of child rows. */
  readonly delete: readonly string[]
}

export interface CreateItem {
  /** Reserved or given id; absent when the system assigns it. */
  readonly id?: string
  /** Column → value. A column that is not named keeps the system's default. A restore names all columns of the last image. */
  readonly values: Readonly<Record<string, Raw>>
  readonly lines?: Readonly<Record<string, readonly LineInsert[]>>
}

export interface UpdateItem {
  readonly id: string
  /** Image of the record as the decision saw it; the write is refused (`conflict`) when the record is not that any more. */
  readonly expect: string
  readonly set: Readonly<Record<string, Raw>>
  readonly lines?: Readonly<Record<string, LinesPatch>>
  /** Items of a lower turn are applied first, since they free what this one takes; default 0. */
  readonly turn?: number
  /** Set before any item of the batch is applied, in the same transaction: the item stands in a ring of unique values. */
  readonly release?: Readonly<Record<string, Raw>>
  /** Items of one ring land together, or none of them does. */
  readonly ring?: number
}

export interface DeleteItem {
  readonly id: string
  readonly expect: string
  /** As of an update: the record stands in a ring of references. */
  readonly release?: Readonly<Record<string, Raw>>
  readonly ring?: number
}

/** Answer to one written record, in the order of the items. */
export type WriteResult =
  /** Landed; `record` is what the system now holds, read back in the same transaction (null after a delete). */
  | { readonly kind: 'done'; readonly record: RemoteRecord | null }
  /** Not written: the record is not what was expected. `current` is what it is; null: it is gone. */
  | { readonly kind: 'conflict'; readonly current: RemoteRecord | null }
  /** Not written: the system refused this record. */
  | { readonly kind: 'refused'; readonly error: ConcordatError }

/** One object of a system, opened for one flow. */
export interface RemoteObject {
  readonly layout: Layout
  readonly capabilities: Capabilities
  /** What the catalogue said as the object was opened; absent: the system has none. */
  readonly catalogue?: OpenedCatalogue
  /** Where the records are, where the name of the object does not say it: other values are other records. */
  readonly locator?: Readonly<Record<string, string>>
  /** Bounded looks at what the object holds, for what no catalogue says. */
  readonly measure?: Measures
  /** What the object was measured to do otherwise than described, and when; null: never. Absent: its catalogue says all. */
  readonly measured?: (MeasuredObject & { readonly date: string }) | null
  /** The number that stands in the system for this object (null: none does); null where nothing is marked. */
  markedAs?(): Promise<Marked | null>
  /** Rough number of records in scope, for progress; null when unknown. */
  estimate(): Promise<number | null>
  /** All records in scope of a range, ordered by id (the system's own order), in pages of at most `pageSize`. */
  scan(range: KeyRange, pageSize: number): AsyncIterable<readonly RemoteRecord[]>
  /**
   * Hash over all images of a range in id order, and their number; the same rows give the same digest, without parsing.
   * It is the SHA-256, in hexadecimal, of every image followed by a line feed.
   */
  digest(range: KeyRange): Promise<{ rows: number; digest: string }>
  /** Ids only, in the system's order. */
  scanIds(pageSize: number): AsyncIterable<readonly string[]>
  /** A cursor at the latest change that is there: what changes later comes after it. Dates in the future do not count. */
  now(): Promise<Cursor>
  /**
   * Records in scope or that left it, changed at or after (`cursor.at` − `overlapMs`), by (changed_at, id). The cursor of
   * a page never goes back, nor past the server's clock. Records without a changed-at are only seen by scans. Where
   * changed-at is a number that counts writes, the overlap is as many steps, at most 1,000.
   */
  changedSince(cursor: Cursor, overlapMs: number, pageSize: number): AsyncIterable<ChangePage>
  /** Point read; absent ids are absent from the answer. In any order. Ignores the filter but says `inScope`. */
  read(ids: readonly string[]): Promise<readonly RemoteRecord[]>
  reserveIds(count: number): Promise<readonly string[]>
  /** Records whose columns equal all the given values (null equals null); for settling a lost create. Own child rows are not compared. `most`: so many of each are enough. */
  search(values: readonly Readonly<Record<string, Raw>>[], most?: number): Promise<readonly (readonly RemoteRecord[])[]>
  /**
   * Waits until no write whose connection broke can land any more, so that reading tells what became of it. Throws
   * `connector.timeout` when that stays open. Absent: a write cannot land after its connection broke.
   */
  awaitWrites?(): Promise<void>
  /**
   * The three writes: `beforeCommit` is called, and waited for, once all is in place and `awaitWrites` of others would wait
   * for it; when it rejects, the write is taken back. A system without transactions calls it before it sends.
   */
  create(items: readonly CreateItem[], beforeCommit?: BeforeCommit): Promise<readonly WriteResult[]>
  update(items: readonly UpdateItem[], beforeCommit?: BeforeCommit): Promise<readonly WriteResult[]>
  delete(items: readonly DeleteItem[], beforeCommit?: BeforeCommit): Promise<readonly WriteResult[]>
}

/** Rejects when the write may not land any more. */
export type BeforeCommit = () => Promise<void>

/** The object and the child tables of its `lines` (by name of the declaration), as the catalogue has them. */
export interface OpenedCatalogue {
  readonly object: CatalogueObject
  readonly lines: ReadonlyMap<string, CatalogueObject>
}

export interface Measures {
  /** Whether two rows of the object, in scope or not, have the same id. */
  sharedId(): Promise<boolean>
  /** Length of the longest value of each column, among the records in scope; null: there is none. */
  longest(columns: readonly string[]): Promise<readonly (number | null)[]>
  /** Of the latest records in scope, at most 1,000: how many there are, and in how many each column is filled. */
  filled(columns: readonly string[]): Promise<{ readonly rows: number; readonly filled: readonly number[] }>
}

/** What introspection found; feeds `init`, `check` and the connector's own guard of identifiers. */
export interface Catalogue {
  /** Only what is in the database, or the schemas, that the connection names. */
  readonly named?: boolean
  readonly objects: readonly CatalogueObject[]
}
export interface CatalogueObject {
  readonly name: string
  readonly columns: readonly CatalogueColumn[]
  readonly primaryKey: readonly string[]
  readonly uniqueKeys: readonly (readonly string[])[]
  readonly foreignKeys: readonly {
    readonly columns: readonly string[]
    readonly object: string
    readonly references: readonly string[]
  }[]
  readonly estimatedRows: number
  readonly isView: boolean
  /** Keys that are unique among some rows only, or over expressions; with the plain columns that they name. */
  readonly partialKeys?: readonly (readonly string[])[]
  /** What hides rows from these credentials: a policy, or the condition of a view. */
  readonly hides?: 'policy' | 'view' | null
  /** What these credentials may do; absent: unknown. */
  readonly rights?: { readonly insert: boolean; readonly delete: boolean }
  readonly triggers?: readonly { readonly name: string; readonly beforeInsert: boolean }[]
  /** What happens elsewhere when a row of this table is deleted. */
  readonly cascades?: readonly { readonly object: string; readonly does: 'delete' | 'empty' }[]
}
export interface CatalogueColumn {
  readonly name: string
  /** The vendor's type, e.g. `character varying(40)`. */
  readonly nativeType: string
  readonly kind: ColumnKind
  readonly nullable: boolean
  readonly maxLength: number | null
  readonly scale: number | null
  /** The system fills it when we do not (default, sequence, generated). */
  readonly hasDefault: boolean
  /** Cannot be written (generated column). */
  readonly readOnly: boolean
  /** What these credentials may do; absent: unknown. */
  readonly rights?: { readonly insert: boolean; readonly update: boolean }
  /** The system sets it anew with every update. */
  readonly moves?: boolean
  /** False: these credentials may not read it. */
  readonly readable?: boolean
}

/** Result of `test`: what the credentials can do, in words a person understands. */
export interface ConnectionReport {
  /** E.g. `PostgreSQL 18.1`. */
  readonly product: string
  readonly notes: readonly string[]
}

/**
 * A watermark in the system: each transaction that writes records leaves its number in a table of ours there. A system that
 * was restored from a backup has a smaller one than is known to have landed, a store that was restored finds a larger one.
 */
export interface Marking {
  /** Table, possibly with its schema: `installation`, `object`, `number`, `at`. */
  readonly table: string
  /** Tells this installation from others. */
  readonly installation: string
  /** The number for a transaction; larger than all before. */
  next(): Promise<string>
  /** A transaction with this number was committed. */
  landed(object: string, number: string): Promise<void>
}

export interface Marked {
  readonly object: string
  readonly number: string | null
  /** The largest that stands for any object of this installation. */
  readonly highest: string | null
}

export interface Connector {
  readonly kind: string
  test(): Promise<ConnectionReport>
  /** `named`: only what is in the database, or the schemas, that the connection names. */
  introspect(options?: { readonly named?: boolean }): Promise<Catalogue>
  /** Whether something between us and the system hands its connections to others between two transactions. */
  isPooled?(): Promise<boolean>
  /** Which database answers now, asked afresh and whoever is trusted. Absent: it cannot be told from another. */
  identity?(): Promise<SystemIdentity>
  /** From now on connections to what `trusts` denies are closed before anything is asked of them (`connector.another-system`). */
  trust?(trusts: (identity: SystemIdentity) => boolean): void
  /** From now on transactions that write are marked. Absent: the system takes no mark. */
  mark?(marking: Marking): void
  /**
   * The budget of calls that the system is said to have; `share`: from now on each call waits for its turn among those of
   * all processes. Absent: calls of the port are what is counted.
   */
  readonly budget?: { readonly callsPerSecond: number; share(turn: () => Promise<void>): void }
  open(spec: ObjectSpec): Promise<RemoteObject>
  /** Finds out what the system really does; writes only where the request allows it. Absent: its catalogue says all. */
  measure?(request: MeasureRequest): Promise<Passport>
  /**
   * A feed of hints about these objects. Absent: the system has none and is polled. `installation`: eight letters or
   * digits that tell this installation's part in the system from others'.
   */
  feed?(watched: readonly Watched[], installation: string): Promise<ChangeFeed>
  close(): Promise<void>
}

/** A connector is data: its name, what its settings mean, and how to make one. */
export interface ConnectorKind {
  readonly name: string
  readonly title: string
  readonly settings: readonly { name: string; required: boolean; secret: boolean; help: string }[]
  /** `description`: how its API is spoken to, where the kind needs one. */
  connect(settings: Readonly<Record<string, string>>, description?: RestDescription): Connector
}

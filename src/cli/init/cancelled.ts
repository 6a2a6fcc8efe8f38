/** A person gave up a question. */
export class Cancelled extends Error {}

/** What is measured, in the order of the report. */
export const OPERATIONS = ["findUnique", "findMany", "create", "update", "transaction", "nestedCreate"] as const;

export type Operation = (typeof OPERATIONS)[number];

export const ABOUT: Readonly<Record<Operation, string>> = {
  findUnique: "one document by its key",
  findMany: "20 documents, ordered by number",
  create: "one document",
  update: "the title of one document by its key",
  transaction: "interactive: find a document, update it, add a revision, list 5 revisions, list 5 documents",
  nestedCreate: "a document with 5 revisions",
};

/** Rows that one call makes, so that the bench can check that it measures what it says. */
export const MAKES: Readonly<Record<Operation, { readonly documents: number; readonly revisions: number }>> = {
  findUnique: { documents: 0, revisions: 0 },
  findMany: { documents: 0, revisions: 0 },
  create: { documents: 1, revisions: 0 },
  update: { documents: 0, revisions: 0 },
  transaction: { documents: 0, revisions: 1 },
  nestedCreate: { documents: 1, revisions: 5 },
};

/** Every operation, each call on another row. @returns what the library returned */
export type Operations = Readonly<Record<Operation, () => Promise<unknown>>>;

/** Above those that the tables are filled with. */
export const FIRST_REVISION = 1000;

let made = 0;

/** A number that no call of this process has had: what is unique in an account may not meet itself. */
export function nextNumber(): number {
  return made++;
}

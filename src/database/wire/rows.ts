import type { CustomTypesConfig, QueryArrayResult } from "pg";

type Field = QueryArrayResult["fields"][number];

/** The columns of an answer, and how the text of each becomes a value. */
export interface Columns {
  readonly fields: Field[];
  readonly parsers: readonly ((text: string) => unknown)[];
}

/** Collects the answer to one statement, as `pg` would. */
export class Rows {
  readonly #rows: unknown[][] = [];
  #command = "";
  #count: number | null = null;

  /** @param columns known from an earlier run of the same prepared statement, which then isn't described again */
  constructor(
    private readonly types: CustomTypesConfig,
    public columns: Columns = { fields: [], parsers: [] },
  ) {}

  describe(fields: Field[]): void {
    const parsers = fields.map(({ dataTypeID }) => this.types.getTypeParser(dataTypeID, "text") as (text: string) => unknown);
    this.columns = { fields, parsers };
  }

  add(texts: readonly (string | null)[]): void {
    const { parsers } = this.columns;
    this.#rows.push(texts.map((text, i) => (text === null ? null : (parsers[i] as (text: string) => unknown)(text))));
  }

  /** @param tag CommandComplete's, such as `SELECT 3` or `INSERT 0 1` */
  complete(tag: string): void {
    const [command = "", ...numbers] = tag.split(" ");
    const count = Number(numbers.at(-1));
    this.#command = command;
    this.#count = numbers.length > 0 && !Number.isNaN(count) ? count : null;
  }

  result(): QueryArrayResult {
    return { command: this.#command, rowCount: this.#count, oid: 0, fields: this.columns.fields, rows: this.#rows };
  }
}

/** Something about a schema that a person should know before it is brought under guard. */
export interface Finding {
  /** `blocks`: nothing is planned before somebody decides. `changes`: the application will notice. */
  readonly severity: "blocks" | "changes" | "note";
  /** Stable, for scripts. */
  readonly code: FindingCode;
  readonly table: string;
  readonly message: string;
  /** What to do about it; null where there is nothing to do. */
  readonly fix: string | null;
}

export type FindingCode =
  | "NO_ACCOUNT"
  | "SEVERAL_ACCOUNTS"
  | "ROWS_WITHOUT_ACCOUNT"
  | "PATHS_DISAGREE"
  | "NOT_PLAIN"
  | "NO_PRIMARY_KEY"
  | "COLUMN_TYPE"
  | "POLICY"
  | "EXCLUSION"
  | "MATERIALIZED_VIEW"
  | "REFERS_OUTSIDE"
  | "REFERRED_FROM_OUTSIDE"
  | "UNIQUE_PER_ACCOUNT"
  | "SET_NULL"
  | "VIEW"
  | "RIGHTS"
  | "TRIGGER"
  | "SEQUENCE";

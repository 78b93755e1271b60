/** How much a fault gives away: `critical` shows or changes another tenant's rows; `low` is a door left ajar. */
export type Severity = "critical" | "high" | "medium" | "low";

/** Where a fault was seen: in the catalog, by trying it, or in the application's own files. */
export type Layer = "static" | "probe" | "source";

/** One way in which isolation doesn't hold. */
export interface Finding {
  /** Stable and documented: `foreign-key-unpaired`. */
  readonly rule: string;
  readonly layer: Layer;
  readonly severity: Severity;
  /** Kind and name: `table tenant.documents`, `role azora_runtime`, `file prisma/tenant.prisma:12`. */
  readonly object: string;
  /** What it allows, in one sentence. */
  readonly allows: string;
  /** What was seen: the definition, the right, the statement with PostgreSQL's answer. */
  readonly evidence: string;
  /** The SQL that mends it; null where that needs a decision. */
  readonly fix: string | null;
}

/** What a person accepted, and why: in the configuration for good, in a baseline until a day. */
export interface Exemption {
  /** As in Finding.object; `*` at its end stands for any ending. */
  readonly object: string;
  /** All rules when left out. */
  readonly rule?: string;
  readonly reason: string;
}

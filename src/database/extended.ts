import type { QueryConfig } from "pg";

/**
 * A statement for the extended protocol, which takes exactly one statement a message. The
 * embedded engine accepts nothing else from a login other than the owner's.
 */
export function extended(text: string, values: unknown[] = []): QueryConfig {
  // `queryMode` is read by pg and missing from its types.
  return { text, values, queryMode: "extended" } as QueryConfig;
}

/** What one check found, and how to mend it. */
export interface Check {
  readonly name: string;
  readonly status: "ok" | "warning" | "failed" | "skipped";
  readonly found: string;
  /** What to do; null when there is nothing to. */
  readonly fix: string | null;
}

export function ok(name: string, found: string): Check {
  return { name, status: "ok", found, fix: null };
}

export function warning(name: string, found: string, fix: string): Check {
  return { name, status: "warning", found, fix };
}

export function failed(name: string, found: string, fix: string): Check {
  return { name, status: "failed", found, fix };
}

export function skipped(name: string, why: string): Check {
  return { name, status: "skipped", found: why, fix: null };
}

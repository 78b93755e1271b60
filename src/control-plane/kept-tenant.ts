import type { ErrorCode } from "../errors.js";

/** A tenant that was to go and may not: why, as the refusal said it. */
export interface KeptTenant {
  readonly slug: string;
  readonly code: ErrorCode;
  readonly message: string;
}

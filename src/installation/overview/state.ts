import type { Login } from "../../database/engine.js";
import type { ErrorCode } from "../../errors.js";
import type { LastCheck } from "./last-check.js";

/** A command that makes sense now, and why. Part of the public JSON. */
export interface NextCommand {
  readonly command: string;
  readonly why: string;
}

/** Where one is: what `azora` says without arguments. Part of the public JSON. */
export interface Overview {
  /** Whether there is an installation; `unreadable` when its settings contradict each other or can't be read. */
  readonly installation: "none" | "unfinished" | "ready" | "unreadable";
  readonly context: string | null;
  readonly mode: "vendor" | "self-hosted" | null;
  readonly engine: "embedded" | "server" | null;
  readonly dataDir: string | null;
  /** Whether the database answered, and if not why not. Null where it wasn't asked. */
  readonly database: DatabaseAnswer | null;
  readonly login: LoginState | null;
  readonly tenants: TenantCounts | null;
  /** Null for never, on this machine. */
  readonly lastCheck: LastCheck | null;
  readonly next: readonly NextCommand[];
}

export type DatabaseAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly hint: string | null };

export interface LoginState {
  readonly name: string;
  /** An operator's; null for the owner's and the application's login. */
  readonly role: "vendor-admin" | "billing" | "support" | null;
  readonly plane: Login;
}

export interface TenantCounts {
  readonly active: number;
  readonly suspended: number;
  readonly purgeScheduled: number;
  /** Those, and the ones that are being made. */
  readonly total: number;
}

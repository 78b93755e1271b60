import { randomUUID } from "node:crypto";
import type { PoolClient } from "pg";
import type { Config } from "../../config.js";
import { AzoraError } from "../../errors.js";
import type { KeyHandover } from "../../key-handover.js";
import type { KeyKindName } from "./kind.js";

/** What a rotation is asked for. */
export interface RotationInput {
  /** Seconds until the keys that it replaces end; 0 at once, null not before somebody says so. */
  readonly endsAfter: number | null;
  /** Somebody else may have the old key: it ends at once, and its word counts for nothing. */
  readonly compromised: boolean;
  /** A file for the new key as well, or instead of this installation's own. */
  readonly output?: string;
  readonly dryRun: boolean;
  /** Told each step that is done for good: whatever stops the run there, the next goes on behind it. */
  readonly onStep?: (step: RotationStep) => void;
}

export type RotationStep = "written down" | "in the database" | "in use" | "old ones end" | "forgotten";

/** A key that has come to its end, or will. */
export interface EndingKey {
  readonly id: string;
  readonly retiredAt: Date | null;
}

/** What a rotation did. Part of the public JSON; nothing in it signs. */
export interface KeyRotation {
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly kind: KeyKindName;
  /** Id of the key that signs from now on; null in a dry run, which makes none, and where only an old one ends. */
  readonly newKey: string | null;
  /** Whether it has finished what an interrupted run had begun. */
  readonly resumed: boolean;
  readonly ending: readonly EndingKey[];
  /** Where the new key is now. */
  readonly configFile: string | null;
  readonly output: string | null;
  /** The signed records of it, to be published beside the keys; of signing keys alone. */
  readonly handovers: readonly KeyHandover[];
}

/** What the steps of a rotation work on. */
export interface RotationGround {
  readonly config: Config & { readonly command?: string };
  /** One connection of the owner's, locked against other rotations. */
  readonly client: PoolClient;
}

const KEY_LOCK = 4_027_431_902;

/**
 * Works while no other rotation does.
 * @throws AzoraError LOCKED, and what the work throws
 */
export async function whileLocked<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  const { rows } = await client.query<{ locked: boolean }>(`SELECT pg_try_advisory_lock(${KEY_LOCK}) AS locked`);
  if (!rows[0]?.locked) {
    throw new AzoraError("LOCKED", "Another key:rotate works on this database.", {
      hint: "Run the same command when it is done.",
    });
  }
  try {
    return await work();
  } finally {
    await client.query(`SELECT pg_advisory_unlock(${KEY_LOCK})`).catch(() => undefined);
  }
}

/** One step in the database, under the command's name in the admin audit log: all of it or nothing. */
export async function inTransaction<T>({ client, config }: RotationGround, work: () => Promise<T>): Promise<T> {
  await client.query("BEGIN");
  try {
    await client.query("SELECT FROM control.begin_request($1, $2)", [config.requestId ?? randomUUID(), config.command ?? null]);
    const result = await work();
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

/** The time by the database's clock, which everything that is signed is dated by. */
export async function databaseTime({ client }: RotationGround): Promise<Date> {
  const { rows } = await client.query<{ now: Date }>("SELECT clock_timestamp() AS now");
  return rows[0]?.now ?? new Date();
}

export function noSuchKey(kind: KeyKindName, id: string): AzoraError {
  return new AzoraError("NOT_FOUND", `This database knows no ${kind} key ${id}.`, { hint: "`azora key:list` shows them all." });
}

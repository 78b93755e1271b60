import type { Config } from "../../config.js";
import { listContextKeys, listSigningKeys } from "../../database/guard-keys.js";
import { fingerprintOf } from "../../signing.js";
import { asOwner } from "../as-owner.js";
import { lend } from "../owner-connection.js";
import type { KeyKindName } from "./kind.js";

/**
 * `in use`: this installation signs with it. `accepted`: so may others. `ending`: until its end they may. `retired`: nothing
 * new that it signs is taken.
 */
export type KeyState = "in use" | "accepted" | "ending" | "retired";

/** A key as the database knows it. Part of the public JSON. */
export interface ListedKey {
  readonly kind: KeyKindName;
  readonly id: string;
  readonly state: KeyState;
  readonly since: Date;
  /** Its end; null while none is set. */
  readonly retiredAt: Date | null;
  /** SHA-256 of a signing key's public half, hex; null of a context key, which has none. */
  readonly fingerprint: string | null;
}

/**
 * Lists the keys that this database takes or took, by the owner's login. Who signs with which, it doesn't write down.
 * @throws AzoraError NOT_CONFIGURED, and what the connection throws
 */
export async function listKeys(config: Config): Promise<readonly ListedKey[]> {
  const used = new Set([config.contextKey?.value.id, config.signingKey?.value.id]);
  return asOwner(config, (owner) =>
    lend(owner, async (client) => {
      const { rows } = await client.query<{ now: Date }>("SELECT clock_timestamp() AS now");
      const now = rows[0]?.now ?? new Date();
      const stateOf = ({ id, retiredAt }: { readonly id: string; readonly retiredAt: Date | null }): KeyState => {
        if (retiredAt && retiredAt <= now) return "retired";
        if (used.has(id)) return "in use";
        return retiredAt ? "ending" : "accepted";
      };
      const context = (await listContextKeys(client)).map((key) => ({ ...key, kind: "context" as const, fingerprint: null }));
      const signing = (await listSigningKeys(client)).map((key) => ({
        ...{ ...key, kind: "signing" as const, fingerprint: fingerprintOf(key.publicKey) },
      }));
      return [...context, ...signing].map((key) => {
        const { kind, id, createdAt, retiredAt, fingerprint } = key;
        return { kind, id, state: stateOf(key), since: createdAt, retiredAt, fingerprint };
      });
    }),
  );
}

import type { Config } from "../../config.js";
import { AzoraError } from "../../errors.js";
import { asOwner } from "../as-owner.js";
import { lend } from "../owner-connection.js";
import type { KeyKindName } from "./kind.js";
import { retireSigningKey } from "./retire-signing-key.js";
import { retireContextKey, rotateContextKey } from "./rotate-context-key.js";
import { rotateSigningKey } from "./rotate-signing-key.js";
import { type KeyRotation, type RotationInput, whileLocked } from "./rotation.js";

export interface RotateKeyInput extends RotationInput {
  readonly kind: KeyKindName;
  /** Ends this key now, and makes none. */
  readonly retire?: string;
}

/**
 * Puts a new key in the place of one, or ends one that was replaced, by the owner's login.
 * @throws AzoraError LOCKED while another does, NOT_CONFIGURED, and as rotateContextKey(), rotateSigningKey() and their like
 */
export async function rotateKey(
  config: Config & { readonly command?: string },
  { kind, retire, ...input }: RotateKeyInput,
): Promise<KeyRotation> {
  if (config.stored?.access) throw ownersAlone(config.configFile);
  return asOwner(config, (owner) =>
    lend(owner, (client) =>
      whileLocked(client, () => {
        const ground = { config, client };
        if (retire !== undefined)
          return kind === "context" ? retireContextKey(ground, retire, input) : retireSigningKey(ground, retire, input);
        return kind === "context" ? rotateContextKey(ground, input) : rotateSigningKey(ground, input);
      }),
    ),
  );
}

function ownersAlone(configFile: string): AzoraError {
  return new AzoraError("CONFLICT", `${configFile} is somebody's access to an installation that was set up elsewhere.`, {
    hint: "Rotate its keys where `azora init` was run, or without a context: by AZORA_OWNER_URL and --output.",
  });
}

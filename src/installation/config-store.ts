import { randomBytes } from "node:crypto";
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { AccessFile, ContextKeySetting, SigningKeySetting } from "../config.js";
import { AzoraError } from "../errors.js";
import { makeSigningKey } from "../signing.js";

/** Writes the configuration of an installation. @throws AzoraError FAILURE */
export function writeConfigFile(file: string, content: AccessFile): void {
  writePrivateFile(file, content);
}

/**
 * Writes a JSON file of mode 0600 in a directory of mode 0700, so that it is
 * there whole or not at all.
 * @throws AzoraError FAILURE when the directory can't be written
 */
export function writePrivateFile(file: string, content: object): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const descriptor = openSync(temporary, "w", 0o600);
    writeSync(descriptor, `${JSON.stringify(content, null, 2)}\n`);
    fsyncSync(descriptor);
    closeSync(descriptor);
    chmodSync(temporary, 0o600);
    renameSync(temporary, file);
  } catch (error) {
    throw new AzoraError(
      "FAILURE",
      `The configuration file ${file} can't be written (${(error as NodeJS.ErrnoException).code}).`,
      {
        hint: "Set AZORA_DATA_DIR to a directory that you may write.",
        cause: error,
      },
    );
  }
}

/** @returns a new key that signs tenant contexts */
export function makeContextKey(): ContextKeySetting {
  return { id: keyId("ctx"), secret: randomBytes(32).toString("base64") };
}

/** @returns a new key that signs receipts */
export function makeSigningKeySetting(): SigningKeySetting {
  return { id: keyId("sig"), privateKey: makeSigningKey() };
}

function keyId(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString("hex")}`;
}

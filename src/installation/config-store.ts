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
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    replaceFile(file, `${JSON.stringify(content, null, 2)}\n`);
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

/**
 * Writes a secret into a file of mode 0600, so that it is there whole or not at all.
 * @throws AzoraError FAILURE
 */
export function writePrivateText(file: string, text: string): void {
  try {
    replaceFile(file, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new AzoraError("FAILURE", `The file ${file} can't be written (${code}).`, {
      hint: "Choose another place.",
      cause: error,
    });
  }
}

function replaceFile(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  const descriptor = openSync(temporary, "w", 0o600);
  writeSync(descriptor, text);
  fsyncSync(descriptor);
  closeSync(descriptor);
  chmodSync(temporary, 0o600);
  renameSync(temporary, file);
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

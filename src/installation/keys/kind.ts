import {
  type AccessFile,
  type ContextKeySetting,
  parseContextKey,
  parseSigningKeyText,
  type SigningKeySetting,
} from "../../config.js";
import { makeContextKey, makeSigningKeySetting } from "../config-store.js";

export type KeyKindName = "context" | "signing";

/** What the two kinds of keys differ in where they are written down. */
export interface KeyKind<Key extends { readonly id: string }> {
  readonly name: KeyKindName;
  readonly variable: "AZORA_CONTEXT_KEY" | "AZORA_SIGNING_KEY";
  make(): Key;
  /** As the variable takes it. */
  write(key: Key): string;
  /** @throws AzoraError CONFIG_INVALID naming `from` */
  parse(text: string, from: string): Key;
  /** The one in use. */
  current(file: AccessFile): Key | undefined;
  /** The one that is about to take its place. */
  next(file: AccessFile): Key | undefined;
  withNext(file: AccessFile, key: Key): AccessFile;
}

export const CONTEXT_KEYS: KeyKind<ContextKeySetting> = {
  name: "context",
  variable: "AZORA_CONTEXT_KEY",
  make: makeContextKey,
  write: ({ id, secret }) => `${id}:${secret}\n`,
  parse: parseContextKey,
  current: ({ contextKey }) => contextKey,
  next: ({ nextContextKey }) => nextContextKey,
  withNext: (file, nextContextKey) => ({ ...file, nextContextKey }),
};

export const SIGNING_KEYS: KeyKind<SigningKeySetting> = {
  name: "signing",
  variable: "AZORA_SIGNING_KEY",
  make: makeSigningKeySetting,
  write: ({ id, privateKey }) => `${id}:\n${privateKey}`,
  parse: parseSigningKeyText,
  current: ({ signingKey }) => signingKey,
  next: ({ nextSigningKey }) => nextSigningKey,
  withNext: (file, nextSigningKey) => ({ ...file, nextSigningKey }),
};

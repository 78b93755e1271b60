import type { OperatorRole } from "../database/logins.js";
import { makePassword, scramVerifier } from "../database/scram.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { type ControlTransaction, inTransaction } from "./dry-run.js";
import { roleInDatabase } from "./operator.js";

export interface OperatorChange {
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly login: string;
}

export interface Credentials extends OperatorChange {
  /** The only time that it is told; null on the embedded engine, which asks for none. */
  readonly password: string | null;
}

export interface CreateOperatorInput {
  readonly login: string;
  readonly role: OperatorRole;
  /** In how many seconds its password expires; undefined for never. */
  readonly expiresInSeconds?: number;
  readonly dryRun: boolean;
  /** Made beforehand where it had to be put somewhere safe first. */
  readonly password?: string;
}

export interface RotateOperatorInput {
  readonly login: string;
  readonly expiresInSeconds?: number;
  readonly dryRun: boolean;
  readonly password?: string;
}

/**
 * Makes a login of its own for an operator, in the group of its role. The database gets a SCRAM
 * verifier and never the password.
 * @throws AzoraError INVALID_INPUT, ALREADY_EXISTS, NOT_PERMITTED
 */
export async function createOperator(connection: ControlConnection, input: CreateOperatorInput): Promise<Credentials> {
  const { login, role, dryRun } = input;
  const { password, verifier } = newPassword(connection, input.password);
  const changed = await change(connection, { action: "operator.create", login, dryRun }, (tx) => {
    return tx.$queryRaw`SELECT true AS changed FROM control.create_operator(
      ${login}, ${roleInDatabase(role)}::control.operator_role, ${verifier}, ${expiry(input)}::timestamptz)`;
  });
  return { ...changed, password: dryRun ? null : password };
}

/**
 * Gives an operator a new password; the old one is void at once.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED (another's, and no vendor admin), ILLEGAL_STEP (disabled)
 */
export async function rotateOperator(connection: ControlConnection, input: RotateOperatorInput): Promise<Credentials> {
  const { login, dryRun } = input;
  const { password, verifier } = newPassword(connection, input.password);
  const changed = await change(connection, { action: "operator.rotate", login, dryRun }, (tx) => {
    return tx.$queryRaw`SELECT true AS changed FROM control.rotate_operator(${login}, ${verifier}, ${expiry(input)}::timestamptz)`;
  });
  return { ...changed, password: dryRun ? null : password };
}

/**
 * Gives an operator another role.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, ILLEGAL_STEP (disabled, or the last vendor admin)
 */
export async function grantOperator(
  connection: ControlConnection,
  { login, role, dryRun }: { readonly login: string; readonly role: OperatorRole; readonly dryRun: boolean },
): Promise<OperatorChange> {
  return change(connection, { action: "operator.grant", login, dryRun }, (tx) => {
    return tx.$queryRaw`SELECT control.grant_operator(${login}, ${roleInDatabase(role)}::control.operator_role) AS changed`;
  });
}

/**
 * Lets a disabled operator back in, in its role and with a new password.
 * @returns no password when it wasn't disabled: it keeps its own
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, ILLEGAL_STEP (expired, and no new expiry)
 */
export async function enableOperator(connection: ControlConnection, input: RotateOperatorInput): Promise<Credentials> {
  const { login, dryRun } = input;
  const { password, verifier } = newPassword(connection, input.password);
  const result = await change(connection, { action: "operator.enable", login, dryRun }, (tx) => {
    return tx.$queryRaw`SELECT control.enable_operator(${login}, ${verifier}, ${expiry(input)}::timestamptz) AS changed`;
  });
  return { ...result, password: dryRun || !result.changed ? null : password };
}

/**
 * Shuts an operator out: no login, and no right left in a session that is open.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, ILLEGAL_STEP (the last vendor admin)
 */
export async function disableOperator(
  connection: ControlConnection,
  { login, dryRun }: { readonly login: string; readonly dryRun: boolean },
): Promise<OperatorChange> {
  return change(connection, { action: "operator.disable", login, dryRun }, (tx) => {
    return tx.$queryRaw`SELECT control.disable_operator(${login}) AS changed`;
  });
}

interface Order {
  readonly action: string;
  readonly login: string;
  readonly dryRun: boolean;
}

type Call = (tx: ControlTransaction) => Promise<readonly { readonly changed: boolean }[]>;

async function change(connection: ControlConnection, { action, login, dryRun }: Order, call: Call): Promise<OperatorChange> {
  return attempt(connection, { action, slug: login }, () =>
    inTransaction(connection, dryRun, async (tx) => {
      const [answer] = await call(tx);
      return { changed: answer?.changed === true, dryRun, login };
    }),
  );
}

/** The embedded engine asks nobody for a password. */
function newPassword(
  { engine }: ControlConnection,
  given: string | undefined,
): { readonly password: string | null; readonly verifier: string | null } {
  if (engine.kind === "embedded") return { password: null, verifier: null };
  const password = given ?? makePassword();
  return { password, verifier: scramVerifier(password) };
}

function expiry({ expiresInSeconds }: { readonly expiresInSeconds?: number }): Date | null {
  return expiresInSeconds === undefined ? null : new Date(Date.now() + expiresInSeconds * 1000);
}

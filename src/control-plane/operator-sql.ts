import { checkLoginName, OPERATOR_GROUPS, type OperatorRole } from "../database/logins.js";
import { scramVerifier } from "../database/scram.js";
import { roleInDatabase } from "./operator.js";

/**
 * What makes an operator where azora may make no logins: for the database's administrator, in psql.
 * It holds the password's SCRAM verifier, not the password.
 * @param expiresAt ISO time; undefined for never
 * @throws AzoraError INVALID_INPUT for a login that would need quoting
 */
export function createOperatorSql(input: {
  readonly login: string;
  readonly role: OperatorRole;
  readonly password: string;
  readonly expiresAt: Date | undefined;
}): string {
  const { login, role, password, expiresAt } = input;
  checkLoginName(login);
  const until = expiresAt ? `'${expiresAt.toISOString()}'` : "'infinity'";
  return `BEGIN;
CREATE ROLE "${login}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD '${scramVerifier(password)}' VALID UNTIL ${until};
GRANT ${OPERATOR_GROUPS[role]} TO "${login}";
INSERT INTO control.operators (login, role, expires_at) VALUES ('${login}', '${roleInDatabase(role)}', ${expiresAt ? until : "NULL"});
COMMIT;`;
}

import { createHash } from "node:crypto";
import { DEFAULT_OPERATOR } from "../config.js";
import { checkLoginName } from "../database/logins.js";
import { type Migration, readMigrations } from "../database/migrate/history.js";
import { HISTORY_TABLE, MAKE_HISTORY_SCHEMA } from "../database/migrate/history-table.js";

/**
 * Everything that `azora init` would send to a server, for an administrator who runs it by
 * hand with psql. Passwords and keys are psql's variables: they are nobody's to print.
 * @param operator login of the first operator; null for a self-hosted installation, which has none
 * @throws AzoraError INVALID_INPUT for a login that would need quoting
 */
export async function printSql(operator: string | null = DEFAULT_OPERATOR): Promise<string> {
  if (operator !== null) checkLoginName(operator);
  const migrations = await readMigrations();
  const operators = operator === null ? [] : [operatorSql(operator)];
  return [header(operator), HISTORY, ...migrations.map(migrationSql), ...operators, KEYS].join("\n\n");
}

const header = (
  operator: string | null,
) => String.raw`-- What azora init does on a PostgreSQL server, for psql and a login that may create roles.
-- Make the keys, keep them where the application and the operators get their secrets, and run it:
--
--   openssl genpkey -algorithm ed25519 -out signing.pem
--   psql DATABASE -v ON_ERROR_STOP=1 --single-transaction \
--     -v context_key_id=ctx-1 -v context_key="$(openssl rand -base64 32 | tee context.key)" \
--     -v signing_key_id=sig-1 -v signing_public_key="$(openssl pkey -in signing.pem -pubout)" -f azora.sql
--
-- Then give azora_runtime${operator === null ? " its password" : ` and ${operator} their passwords`} with \password (psql sends only the
-- SCRAM verifier) and set AZORA_TENANT_URL, ${operator === null ? "" : "AZORA_CONTROL_URL, "}AZORA_CONTEXT_KEY (ctx-1:BASE64) and
-- AZORA_SIGNING_KEY (sig-1: and the PEM).`;

/** As Prisma makes it, so that db:migrate and prisma migrate go on from here. */
const HISTORY = `${MAKE_HISTORY_SCHEMA}

CREATE TABLE ${HISTORY_TABLE} (
  id                  varchar(36) PRIMARY KEY NOT NULL,
  checksum            varchar(64) NOT NULL,
  finished_at         timestamptz,
  migration_name      varchar(255) NOT NULL,
  logs                text,
  rolled_back_at      timestamptz,
  started_at          timestamptz NOT NULL DEFAULT now(),
  applied_steps_count integer NOT NULL DEFAULT 0
);`;

function migrationSql({ name, sql }: Migration): string {
  const checksum = createHash("sha256").update(sql).digest("hex");
  return `-- ${name} ${"-".repeat(Math.max(0, 90 - name.length))}

${sql.trim()}

INSERT INTO ${HISTORY_TABLE} (id, checksum, finished_at, migration_name, applied_steps_count)
VALUES (gen_random_uuid(), '${checksum}', now(), '${name}', 1);`;
}

function operatorSql(operator: string): string {
  return `-- The first operator ${"-".repeat(71)}

SELECT FROM control.create_operator('${operator}', 'vendor_admin', NULL, NULL);`;
}

const KEYS = `-- The keys: the two pads of HMAC-SHA-256 (RFC 2104) for contexts, the public half for receipts.

INSERT INTO guard.context_keys (id, inner_pad, outer_pad)
SELECT :'context_key_id', pads.inner_pad, pads.outer_pad
FROM (
  SELECT string_agg(set_byte('\\x00', 0, byte # 54), '' ORDER BY position) AS inner_pad,
         string_agg(set_byte('\\x00', 0, byte # 92), '' ORDER BY position) AS outer_pad
  FROM (
    SELECT position, CASE WHEN position < 32 THEN get_byte(decode(:'context_key', 'base64'), position) ELSE 0 END AS byte
    FROM generate_series(0, 63) position
  ) bytes
) pads;

INSERT INTO control.settings (key, value)
VALUES ('signing_key.' || :'signing_key_id', to_jsonb(:'signing_public_key'::text));
`;

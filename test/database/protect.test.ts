import { describe, expect, it } from "vitest";
import { lacking, PROPERTIES } from "../support/nine-properties.js";
import { describeOnBothEngines } from "../support/world.js";

/** One statement that takes each property away from tenant.documents: the catalog's answer has to change. */
const SPOILT: Readonly<Record<keyof typeof PROPERTIES, string>> = {
  "1. account_id uuid NOT NULL":
    "ALTER TABLE tenant.t DROP CONSTRAINT t_pkey CASCADE; ALTER TABLE tenant.t ALTER account_id DROP NOT NULL",
  "2. primary key (account_id, id)": "ALTER TABLE tenant.t DROP CONSTRAINT t_pkey CASCADE, ADD PRIMARY KEY (id, account_id)",
  "2. every unique key starts with account_id": "CREATE UNIQUE INDEX ON tenant.t (note)",
  "3. a validated foreign key to the account that cascades": `
    ALTER TABLE tenant.t DROP CONSTRAINT t_account_id_fkey,
      ADD FOREIGN KEY (account_id) REFERENCES control.accounts (id) ON DELETE CASCADE NOT VALID`,
  "4. foreign keys between tenant tables pair the accounts": `
    ALTER TABLE tenant.users ADD UNIQUE (id); ALTER TABLE tenant.t ADD FOREIGN KEY (user_id) REFERENCES tenant.users (id)`,
  "4. no foreign key sets a column on delete": `
    ALTER TABLE tenant.t ADD FOREIGN KEY (account_id, user_id) REFERENCES tenant.users (account_id, id) ON DELETE SET NULL (user_id)`,
  "4. the referencing side of each has an index": "DROP INDEX tenant.t_account_id_user_id_idx",
  "5. an index that starts with account_id": `
    ALTER TABLE tenant.t DROP CONSTRAINT t_pkey CASCADE; DROP INDEX tenant.t_account_id_user_id_idx`,
  "6. row security enabled and forced": "ALTER TABLE tenant.t NO FORCE ROW LEVEL SECURITY",
  "6. one policy, for all commands and everybody, on both checks": "CREATE POLICY more ON tenant.t USING (true)",
  "7. an audit trigger for each kind of write, always on": "ALTER TABLE tenant.t DISABLE TRIGGER guard_update",
  "7. TRUNCATE is refused, always": "DROP TRIGGER guard_truncate ON tenant.t",
  "8. account_id never changes": "ALTER TABLE tenant.t ENABLE TRIGGER guard_identity",
  "9. rights for the owner and the tenant plane's login alone": "GRANT SELECT (note) ON tenant.t TO azora_support",
  "9. the owner is nobody who logs in": "ALTER TABLE tenant.t OWNER TO azora_runtime",
};

const TABLE = `
  CREATE TABLE tenant.t (
    account_id uuid NOT NULL, id uuid NOT NULL DEFAULT guard.uuid7(), note text, user_id uuid,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, user_id) REFERENCES tenant.users (account_id, id))`;

describeOnBothEngines("guard.protect()", (world) => {
  /** Runs a script and rolls it back, whatever came of it. */
  async function inScript<T>(script: string, look: () => Promise<T>): Promise<T> {
    // One connection for all: the statements before `look` are seen by it alone.
    const client = await world().owner.connect();
    const { query } = world().owner;
    try {
      await client.query(`BEGIN; ${script}`);
      world().owner.query = client.query.bind(client) as typeof query;
      return await look();
    } finally {
      world().owner.query = query;
      await client.query("ROLLBACK");
      client.release();
    }
  }

  describe.each(Object.keys(PROPERTIES))("%s", (property) => {
    it("holds for every table of schema tenant", async () => {
      expect(await lacking(world(), property)).toEqual([]);
    });

    it("is seen missing when it is taken from a table, and comes back or is asked for", async () => {
      const spoil = `${TABLE}; SELECT guard.protect('tenant.t'); ${SPOILT[property]};`;
      expect(await inScript(spoil, () => lacking(world(), property))).toEqual(["tenant.t"]);
    });
  });

  it("knows every table of schema tenant", async () => {
    const rows = await world().look(`
      SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'tenant'::regnamespace AND relkind IN ('r', 'p')
      EXCEPT SELECT table_id::text FROM guard.protected_tables`);
    expect(rows).toEqual([]);
  });

  it("changes nothing when it is run again", async () => {
    const facts = () =>
      world().look(`
        SELECT pg_get_constraintdef(oid) AS fact FROM pg_constraint WHERE conrelid = 'tenant.documents'::regclass
        UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'tenant.documents'::regclass
        UNION ALL SELECT pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE tgrelid = 'tenant.documents'::regclass AND NOT tgisinternal
        UNION ALL SELECT polname || pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polrelid = 'tenant.documents'::regclass
        UNION ALL SELECT relacl::text FROM pg_class WHERE oid = 'tenant.documents'::regclass
        ORDER BY 1`);
    const before = await facts();
    await world().look("SELECT guard.protect('tenant.documents')");
    expect(await facts()).toEqual(before);
  });

  describe("refuses what would need a decision", () => {
    const columns = "account_id uuid NOT NULL, id uuid NOT NULL, note text, user_id uuid";
    it.each([
      { what: "no account_id", table: "id uuid PRIMARY KEY", after: "", message: /no column account_id of type uuid/ },
      {
        what: "an account_id of another type",
        table: "account_id text, id uuid",
        after: "",
        message: /no column account_id of type uuid/,
      },
      { what: "no primary key", table: columns, after: "", message: /primary key of tenant\.r is not \(account_id, id\)/ },
      {
        what: "another primary key",
        table: `${columns}, PRIMARY KEY (id)`,
        after: "",
        message: /primary key of tenant\.r is not/,
      },
      {
        what: "the primary key the wrong way round",
        table: `${columns}, PRIMARY KEY (id, account_id)`,
        after: "",
        message: /primary key/,
      },
      {
        what: "a unique key of one column",
        table: `${columns}, PRIMARY KEY (account_id, id), UNIQUE (note)`,
        after: "",
        message: /unique key tenant\.r_note_key does not start with account_id/,
      },
      {
        what: "a unique index on an expression",
        table: `${columns}, PRIMARY KEY (account_id, id)`,
        after: "CREATE UNIQUE INDEX r_lower ON tenant.r (lower(note))",
        message: /unique key tenant\.r_lower/,
      },
      {
        what: "a foreign key of one column",
        table: `${columns}, PRIMARY KEY (account_id, id)`,
        after:
          "ALTER TABLE tenant.users ADD UNIQUE (id); ALTER TABLE tenant.r ADD CONSTRAINT single FOREIGN KEY (user_id) REFERENCES tenant.users (id)",
        message: /foreign key single of tenant\.r does not pair account_id with account_id/,
      },
      {
        what: "a foreign key that crosses the pair",
        table: `${columns}, PRIMARY KEY (account_id, id)`,
        after:
          "ALTER TABLE tenant.users ADD UNIQUE (id, account_id); ALTER TABLE tenant.r ADD CONSTRAINT crossed FOREIGN KEY (account_id, user_id) REFERENCES tenant.users (id, account_id)",
        message: /foreign key crossed of tenant\.r does not pair/,
      },
      {
        what: "a foreign key that sets null",
        table: `${columns}, PRIMARY KEY (account_id, id), CONSTRAINT nulls FOREIGN KEY (account_id, user_id) REFERENCES tenant.users (account_id, id) ON DELETE SET NULL`,
        after: "",
        message: /foreign key nulls of tenant\.r sets columns on delete/,
      },
      {
        what: "another policy",
        table: `${columns}, PRIMARY KEY (account_id, id)`,
        after: "CREATE POLICY mine ON tenant.r USING (true)",
        message: /another policy, mine/,
      },
    ])("$what", async ({ table, after, message }) => {
      const attempt = inScript(`CREATE TABLE tenant.r (${table}); ${after}`, () =>
        world().look("SELECT guard.protect('tenant.r')"),
      );
      await expect(attempt).rejects.toMatchObject({
        code: "AZ013",
        message: expect.stringMatching(message),
        hint: expect.any(String),
      });
    });
  });
});

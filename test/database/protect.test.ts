import { describe, expect, it } from "vitest";
import { lacking, PROPERTY_NAMES, type Property } from "../support/nine-properties.js";
import { describeOnBothEngines } from "../support/world.js";

/** A table to spoil: its name, the column of its account, and where its second column points. */
interface Shape {
  readonly table: string;
  readonly account: string;
  readonly parent: string;
  readonly parentAccount: string;
}

/** One as azora's own are, one as others make them. */
const SHAPES: readonly Shape[] = [
  { table: "tenant.t", account: "account_id", parent: "tenant.users", parentAccount: "account_id" },
  { table: 'shop."Order"', account: '"tenantId"', parent: "shop.customer", parentAccount: "shop" },
];

/** One statement that takes each property away from a table: the catalog's answer has to change. */
const SPOILT: Readonly<Record<Property, (shape: Shape) => string>> = {
  "1. account_id uuid NOT NULL": ({ table, account }) =>
    `ALTER TABLE ${table} DROP CONSTRAINT t_pkey CASCADE; ALTER TABLE ${table} ALTER ${account} DROP NOT NULL`,
  "2. a primary key that starts with account_id": ({ table, account }) =>
    `ALTER TABLE ${table} DROP CONSTRAINT t_pkey CASCADE, ADD PRIMARY KEY (id, ${account})`,
  "2. every unique key starts with account_id": ({ table }) => `CREATE UNIQUE INDEX ON ${table} (note)`,
  "3. a validated foreign key to the account that cascades": ({ table, account }) => `
    ALTER TABLE ${table} DROP CONSTRAINT t_account,
      ADD FOREIGN KEY (${account}) REFERENCES control.accounts (id) ON DELETE CASCADE NOT VALID`,
  "4. foreign keys between tenant tables pair the accounts": ({ table, parent }) => `
    ALTER TABLE ${parent} ADD UNIQUE (id); ALTER TABLE ${table} ADD FOREIGN KEY (user_id) REFERENCES ${parent} (id)`,
  "4. no foreign key sets a column on delete": ({ table, account, parent, parentAccount }) => `
    ALTER TABLE ${table} ADD FOREIGN KEY (${account}, user_id) REFERENCES ${parent} (${parentAccount}, id) ON DELETE SET NULL (user_id)`,
  "4. the referencing side of each has an index": ({ table }) => `DROP INDEX ${schemaOf(table)}.t_user`,
  "5. an index that starts with account_id": ({ table }) => `
    ALTER TABLE ${table} DROP CONSTRAINT t_pkey CASCADE; DROP INDEX ${schemaOf(table)}.t_user`,
  "6. row security enabled and forced": ({ table }) => `ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`,
  "6. one policy that opens, for all commands and everybody, on both checks": ({ table }) =>
    `CREATE POLICY more ON ${table} USING (true)`,
  "6. one policy that narrows, to who may read": ({ table }) => `ALTER POLICY permission_read ON ${table} USING (true)`,
  "6. a permission for each kind of write, always asked for": ({ table }) =>
    `ALTER TABLE ${table} DISABLE TRIGGER permission_update`,
  "7. an audit trigger for each kind of write, always on": ({ table }) => `ALTER TABLE ${table} DISABLE TRIGGER guard_update`,
  "7. TRUNCATE is refused, always": ({ table }) => `DROP TRIGGER guard_truncate ON ${table}`,
  "8. account_id never changes": ({ table }) => `ALTER TABLE ${table} ENABLE TRIGGER guard_identity`,
  "9. rights for the owner and the tenant plane's login alone": ({ table }) => `GRANT SELECT (note) ON ${table} TO azora_support`,
  "9. a sequence that fills a column is only drawn from": ({ table }) =>
    `GRANT SELECT ON ${schemaOf(table)}.t_serial TO azora_runtime`,
  "9. the owner is nobody who logs in": ({ table }) => `ALTER TABLE ${table} OWNER TO azora_runtime`,
};

const schemaOf = (table: string) => table.split(".")[0];

/** A table that has all it needs, in a schema that may have to be made. */
const make = ({ table, account, parent, parentAccount }: Shape) => `
  CREATE SCHEMA IF NOT EXISTS shop;
  CREATE TABLE shop.customer (shop uuid, id uuid, PRIMARY KEY (shop, id));
  SELECT guard.protect('shop.customer', account_column => 'shop');
  CREATE SEQUENCE ${schemaOf(table)}.t_serial;
  CREATE TABLE ${table} (
    ${account} uuid NOT NULL CONSTRAINT t_account REFERENCES control.accounts (id) ON DELETE CASCADE,
    id uuid NOT NULL DEFAULT guard.uuid7(), note text, user_id uuid,
    serial bigint DEFAULT nextval('${schemaOf(table)}.t_serial'),
    CONSTRAINT t_pkey PRIMARY KEY (${account}, id),
    FOREIGN KEY (${account}, user_id) REFERENCES ${parent} (${parentAccount}, id));
  ALTER SEQUENCE ${schemaOf(table)}.t_serial OWNED BY ${table}.serial;
  CREATE INDEX t_user ON ${table} (${account}, user_id);
  SELECT guard.protect('${table}', account_column => '${account.replaceAll('"', "")}')`;

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

  describe.each(PROPERTY_NAMES)("%s", (property) => {
    it("holds for every table of schema tenant", async () => {
      expect(await lacking(world(), property)).toEqual([]);
    });

    it.each(SHAPES)("is given to $table, and seen missing when it is taken", async (shape) => {
      expect(await inScript(make(shape), () => lacking(world(), property))).toEqual([]);
      expect(await inScript(`${make(shape)}; ${SPOILT[property](shape)}`, () => lacking(world(), property))).toEqual([
        shape.table,
      ]);
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
      { what: "no primary key", table: columns, after: "", message: /primary key of tenant\.r does not start with account_id/ },
      {
        what: "another primary key",
        table: `${columns}, PRIMARY KEY (id)`,
        after: "",
        message: /primary key of tenant\.r does not start with/,
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

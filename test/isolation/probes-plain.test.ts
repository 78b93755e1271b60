import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCatalog } from "../../src/isolation/catalog/read-catalog.js";
import { type ProbeAnswer, runProbes } from "../../src/isolation/probes/run-probes.js";
import { runSelfTest } from "../../src/isolation/self-test/run-self-test.js";
import type { Target } from "../../src/isolation/target.js";
import { faults } from "../support/probing.js";
import { PlainDatabase } from "./support/plain-database.js";

const NAME = `azora_test_plain_${randomBytes(4).toString("hex")}`;
/** Roles belong to the cluster. */
const [RUNTIME, SUPPORT] = [`${NAME}_app`, `${NAME}_support`];

/** A schema that has never heard of azora: numbers for ids, a plain setting, checks, a cycle, a domain, a partitioned table. */
const PLAIN = `
  CREATE SCHEMA app;
  CREATE DOMAIN app.sku AS text CHECK (VALUE ~ '^[A-Z]{3}/[0-9]{2}$');
  CREATE TYPE app.state AS ENUM ('open', 'paid', 'void');
  CREATE TABLE app.orgs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code varchar(8) NOT NULL UNIQUE CHECK (code = lower(code)), seats int NOT NULL CHECK (seats BETWEEN 5 AND 500));
  CREATE TABLE app.people (org_id bigint NOT NULL REFERENCES app.orgs ON DELETE CASCADE, id serial, team_id int, email text NOT NULL CHECK (email LIKE '%@%.%'),
    PRIMARY KEY (org_id, id), UNIQUE (org_id, email));
  CREATE TABLE app.teams (org_id bigint NOT NULL REFERENCES app.orgs ON DELETE CASCADE, id serial, lead_id int NOT NULL, state app.state NOT NULL DEFAULT 'open', paid_at timestamptz,
    PRIMARY KEY (org_id, id), FOREIGN KEY (org_id, lead_id) REFERENCES app.people (org_id, id) ON DELETE CASCADE, CHECK ((state = 'paid') = (paid_at IS NOT NULL)));
  ALTER TABLE app.people ADD FOREIGN KEY (org_id, team_id) REFERENCES app.teams (org_id, id);
  CREATE TABLE app.items (org_id bigint NOT NULL REFERENCES app.orgs ON DELETE CASCADE, id uuid NOT NULL DEFAULT gen_random_uuid(), sku app.sku NOT NULL, tags text[] NOT NULL, price numeric(6,2) NOT NULL CHECK (price > 9),
    valid daterange NOT NULL, parent_id uuid NOT NULL, PRIMARY KEY (org_id, id), UNIQUE (org_id, sku), FOREIGN KEY (org_id, parent_id) REFERENCES app.items (org_id, id));
  CREATE TABLE app.events (org_id bigint NOT NULL REFERENCES app.orgs ON DELETE CASCADE, at date NOT NULL, kind text NOT NULL CHECK (kind IN ('login', 'logout')), PRIMARY KEY (org_id, at))
    PARTITION BY RANGE (at);
  CREATE TABLE app.events_all PARTITION OF app.events DEFAULT;
  CREATE VIEW app.open_teams WITH (security_invoker) AS SELECT * FROM app.teams WHERE state = 'open';
  DO $$ DECLARE t text; BEGIN
    CREATE ROLE ${RUNTIME} LOGIN;
    CREATE ROLE ${SUPPORT} NOLOGIN;
    ALTER ROLE ${RUNTIME} SET track_activities = off;
    FOREACH t IN ARRAY ARRAY['people', 'teams', 'items', 'events'] LOOP
      EXECUTE format('ALTER TABLE app.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
      EXECUTE format('CREATE POLICY own ON app.%I USING (org_id = nullif(current_setting(''app.org'', true), '''')::bigint)', t);
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON app.%I TO ${RUNTIME}', t);
    END LOOP;
  END $$;
  GRANT USAGE ON SCHEMA app TO ${RUNTIME}, ${SUPPORT};
  GRANT SELECT ON app.orgs TO ${SUPPORT};
  GRANT SELECT ON app.open_teams TO ${RUNTIME};
  REVOKE EXECUTE ON FUNCTION pg_catalog.pg_cancel_backend(int), pg_catalog.pg_terminate_backend(int, bigint) FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO ${RUNTIME};`;

const PLAIN_TARGET: Target = {
  schemas: ["app"],
  accountColumn: "org_id",
  accountColumns: {},
  accounts: { table: "app.orgs", key: "id" },
  roles: { runtime: [RUNTIME], control: [SUPPORT], owners: [] },
  context: {
    expressions: ["(NULLIF(current_setting('app.org'::text, true), ''::text))::bigint"],
    enter: "SELECT set_config('app.org', $1, true)",
  },
  guard: false,
  audit: false,
  exemptions: [],
  samples: { "app.items": { sku: ["ABC/12", "ABC/13", "ABC/14"] } },
};

describe.each(["server", "embedded"] as const)("plain row security with a setting (%s)", (kind) => {
  let database: PlainDatabase;
  beforeAll(async () => {
    database = await PlainDatabase.open(kind, { name: NAME, roles: [SUPPORT, RUNTIME], sql: PLAIN });
  });
  afterAll(() => database?.close());

  function probe(target: Target): Promise<ProbeAnswer> {
    return database.asOwner(async (client) => runProbes({ client, catalog: await readCatalog(client), target }));
  }

  it("shows the one thing that is wrong with it: whoever injects SQL names the account", async () => {
    const { probes, unclear } = await probe(PLAIN_TARGET);
    expect(unclear).toEqual([]);
    expect(faults(probes).filter((line) => !line.startsWith("injected-context"))).toEqual([]);
    const reached = probes.find(({ id }) => id === "injected-context")?.attempts ?? [];
    expect(reached.filter(({ outcome }) => outcome === "broken")).toHaveLength(4);
  });

  it("draws no number from a sequence: none of them would come back", async () => {
    await probe(PLAIN_TARGET);
    const { rows } = await (await database.engine.pool("owner")).query(
      "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'app' ORDER BY 1",
    );
    expect(rows).toEqual(
      ["orgs_id_seq", "people_id_seq", "teams_id_seq"].map((sequencename) => ({ sequencename, last_value: null })),
    );
  });

  it("is seen when it is broken", async () => {
    const results = await database.asOwner(async (client) =>
      runSelfTest({ client, catalog: await readCatalog(client), target: PLAIN_TARGET }),
    );
    expect(results.filter(({ seen }) => !seen)).toEqual([]);
  });

  it("can't be told without values that its constraints take", async () => {
    const { unclear } = await probe({ ...PLAIN_TARGET, samples: {} });
    expect(unclear.some((line) => line.includes("app.items") && line.includes("sku"))).toBe(true);
  });

  it("can't be told without a way into a tenant", async () => {
    const { probes, unclear } = await probe({ ...PLAIN_TARGET, context: { expressions: [], enter: null } });
    expect(probes).toEqual([]);
    expect(unclear).toEqual([expect.stringContaining("context.enter")]);
  });
});

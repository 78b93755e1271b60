/** `npm run bench` lists the benches; `npm run bench -- NAME [options]` runs one. */
process.env.NODE_ENV = "production";

/** One file each, imported only when it is run: what it loads must not weigh on another. */
const BENCHES: Readonly<Record<string, { readonly about: string; readonly load: () => Promise<Bench> }>> = {
  "tenant-db": {
    about: "tenantDb() beside stock Prisma, its row-level-security example, other tenancy libraries and plain pg",
    load: () => import("./tenant-db/run.js"),
  },
  "start-up": {
    about: "how long short commands take beyond Node itself, beside heroku and neonctl",
    load: () => import("./start-up/run.js"),
  },
  audit: {
    about: "an audit log on its way out, sealed and verified, and a forger who is the database's superuser",
    load: () => import("./audit/run.js"),
  },
  isolation: {
    about: "the static layer of isolation:verify over 100 to 1,000 tenant tables: time and memory",
    load: () => import("./isolation/run.js"),
  },
  "tenant-export": {
    about: "tenant:export and tenant:import of a large tenant, beside pg_dump and pg_restore of the same rows",
    load: () => import("./tenant-export/run.js"),
  },
  "control-plane": {
    about: "what the vendor does to many tenants, or a large one, beside the same by hand in psql",
    load: () => import("./control-plane/run.js"),
  },
};

interface Bench {
  /** @param args what stands behind the bench's name */
  run(args: readonly string[]): Promise<void>;
}

const [name, ...args] = process.argv.slice(2);
const bench = name === undefined ? undefined : BENCHES[name];
if (bench) {
  await (await bench.load()).run(args);
} else {
  const known = Object.entries(BENCHES).map(([id, { about }]) => `  npm run bench -- ${id}    ${about}`);
  process.stdout.write(`${["Benches:", ...known].join("\n")}\n`);
  if (name !== undefined) process.exitCode = 2;
}

// Which room may import which: the house's rules, so that they can't rot. `npm run imports`.
// The order of the rooms, top to bottom: commands > quickstart > installation > planes and isolation > database > errors, signing, config.

const room = (name) => `^src/${name}/`;

/** Below `from`, importing `to` is an error. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

module.exports = {
  forbidden: [
    forbid("no-circles", "Arrows point down only.", {}, { circular: true }),
    forbid(
      "planes-apart",
      "The control plane can't name what is the tenant's.",
      { path: room("control-plane") },
      { path: [room("tenant-plane"), "^src/generated/tenant/"] },
    ),
    forbid(
      "planes-apart-too",
      "The tenant plane knows nothing of the vendor's.",
      { path: room("tenant-plane") },
      { path: [room("control-plane"), "^src/generated/control/"] },
    ),
    forbid(
      "nobody-imports-commands",
      "A command is a door, not a library.",
      { pathNot: room("commands") },
      { path: room("commands") },
    ),
    forbid(
      "operations-know-no-terminal",
      "Operations return data; the terminal prints it.",
      { pathNot: ["^src/(commands|cli)/", "^bin/"] },
      { path: room("cli") },
    ),
    forbid(
      "cli-knows-no-operation",
      "The terminal room serves all commands and decides nothing; types may pass.",
      { path: room("cli") },
      {
        path: "^src/(control-plane|tenant-plane|database|installation|quickstart|billing|isolation|generated)/",
        dependencyTypesNot: ["type-only"],
      },
    ),
    forbid(
      "planes-under-installation",
      "Installations are made of planes, not the other way round.",
      { path: "^src/(control-plane|tenant-plane|isolation|database|billing)/" },
      { path: "^src/(installation|quickstart)/" },
    ),
    forbid(
      "isolation-apart",
      "Who checks the planes is none of them: the check sees the database and nothing that explains it away.",
      { path: room("isolation") },
      { path: "^src/(control-plane|tenant-plane|billing|generated|config\\.ts)" },
    ),
    forbid(
      "isolation-unasked",
      "What is checked can't lean on the check.",
      { path: "^src/(control-plane|tenant-plane|billing)/" },
      { path: room("isolation") },
    ),
    forbid(
      "database-at-the-bottom",
      "The database room serves the planes.",
      { path: room("database") },
      { path: "^src/(control-plane|tenant-plane|billing|isolation|config)" },
    ),
    forbid(
      "seal-alone",
      "Who holds a log against what was signed needs no database, and none of the rooms that have one.",
      { path: room("seal") },
      { path: "^src/(control-plane|tenant-plane|billing|isolation|database|installation|generated|config)" },
    ),
    forbid("errors-import-nothing", "Everybody imports the errors.", { path: "^src/errors\\.ts$" }, { path: ".*" }),
    forbid("signing-imports-nothing", "Both planes and the check sign.", { path: "^src/signing\\.ts$" }, { path: "^src/" }),
    forbid(
      "terminal-libraries",
      "Only the terminal room draws and asks.",
      { path: "^src/", pathNot: room("cli") },
      { path: "node_modules/(chalk|cli-table3|inquirer|@inquirer)/" },
    ),
    forbid(
      "drivers",
      "Only the database room talks to drivers; types may pass.",
      { path: "^src/", pathNot: ["^src/database/"] },
      {
        path: "node_modules/(pg|@electric-sql/pglite|@prisma/adapter-pg|@prisma/schema-engine-wasm|@prisma/driver-adapter-utils)/",
        dependencyTypesNot: ["type-only"],
      },
    ),
    forbid(
      "stripe",
      "Only billing talks to Stripe.",
      { path: "^src/", pathNot: room("billing") },
      { path: "node_modules/stripe/" },
    ),
    forbid(
      "parsers",
      "Only the check of an application's source reads source.",
      { path: "^src/", pathNot: "^src/isolation/source/" },
      { path: "node_modules/(@babel|@prisma/prisma-schema-wasm|tinyglobby)/" },
    ),
    forbid(
      "parquet",
      "Files of an audit log are made in one place.",
      { path: "^src/", pathNot: room("audit-file") },
      { path: "node_modules/hyparquet" },
    ),
    forbid(
      "formats-know-no-plane",
      "A format turns lines into bytes, whoever's they are.",
      { path: room("audit-file") },
      { path: "^src/(commands|cli|installation|quickstart|control-plane|tenant-plane|billing|isolation|generated)/" },
    ),
    forbid(
      "manifests",
      "YAML comes in and goes out in one place.",
      { path: "^src/", pathNot: "^src/control-plane/manifest/" },
      { path: "node_modules/yaml/" },
    ),
    forbid(
      "no-development-packages",
      "What runs must be installed with azora; the build takes the runtime of @prisma/client along.",
      { path: "^src/" },
      { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], pathNot: "node_modules/@(types/|prisma/client/)" },
    ),
    forbid(
      "resolvable",
      "Every import leads somewhere (bin/run.js into what the build makes).",
      { pathNot: "^bin/run" },
      { couldNotResolve: true },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^src/generated/.*/internal/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
      extensions: [".ts", ".js", ".cjs", ".json"],
    },
  },
};

// Keeps README.md and docs/commands.md true: runs the commands that they show and puts what they print
// between their markers. `npm run docs` writes; `node .ci/docs.js --check` only compares (ids, times and
// keys aside), and is run by the tests.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const azora = join(root, "bin/run.js");

/** A session as in a terminal of 100 columns, on a data directory of its own. */
const SESSION = [
  "init --embedded --yes",
  'tenant:create "Acme Quality" --slug acme --owner-email owner@acme.test --plan team',
  'tenant create "Borealis Labs" --slug borealis --owner-email qa@borealis.test --if-not-exists',
  "tenant:list",
  'tenant:suspend acme --reason "invoice open since May" --yes',
  "tenant:resume acme",
  "tenant:purge acme --confirm borealis",
  'tenant:purge acme --now --confirm acme --reason "contract ended"',
  "audit:export --control-plane --format csv --action tenant.purge",
];

function runSession() {
  const dataDir = mkdtempSync(join(tmpdir(), "azora-docs-"));
  try {
    const env = { ...process.env, AZORA_DATA_DIR: dataDir, NO_COLOR: "1", TERM: "xterm" };
    delete env.FORCE_COLOR;
    const blocks = SESSION.map((command) => {
      const line = `stty cols 100; '${process.execPath}' '${azora}' ${command}`;
      const { stdout, status } = spawnSync("script", ["-qec", line, "/dev/null"], { env, encoding: "utf8", input: "" });
      const exit = status === 0 ? "" : `\n[exit ${status}]`;
      return `$ azora ${command}\n${plain(stdout).replaceAll(dataDir, "~/.local/share/azora").trimEnd()}${exit}`;
    });
    return `\`\`\`console\n${blocks.join("\n\n")}\n\`\`\``;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** What is left on the screen: escapes gone, progress lines overwritten. */
function plain(text) {
  return (
    text
      .replaceAll("\r\n", "\n")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal escapes are control characters
      .replace(/[^\n]*\u001b\[[02]?K/g, "")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal escapes are control characters
      .replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "")
      .replace(/^.*\r(?!\n)/gm, "")
      .split("\n")
      .map((line) => line.trimEnd())
      .join("\n")
      .trim()
  );
}

function commandReference() {
  const { commands } = JSON.parse(readFileSync(join(root, "oclif.manifest.json"), "utf8"));
  const help = (id) => {
    const { stdout } = spawnSync(process.execPath, [azora, id, "--help"], {
      encoding: "utf8",
      env: { ...process.env, COLUMNS: "100", NO_COLOR: "1" },
    });
    return `### azora ${id}\n\n\`\`\`text\n${stdout.trim()}\n\`\`\``;
  };
  // What is only for scripts isn't shown.
  const shown = Object.keys(commands).filter((id) => !commands[id].hidden);
  return shown.sort().map(help).join("\n\n");
}

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Without what differs from run to run. */
function stable(text) {
  return text
    .replace(UUID, "UUID")
    .replace(/\b[0-9a-f]{64}\b/g, "HASH")
    .replace(/\b(ctx|sig)-[0-9a-f]{8}/g, "$1-ID")
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?/g, "TIME")
    .replace(/[A-Za-z0-9+/]{60,}={0,2}/g, "BASE64")
    .replace(/\b[0-9.]+ s\b/g, "SECONDS")
    .replace(/ +/g, " ");
}

function fill(text, name, content) {
  const marker = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!marker.test(text)) throw new Error(`There are no <!-- ${name} --> markers`);
  return text.replace(marker, (_, open, close) => `${open}${content}\n${close}`);
}

function update(page, name, content) {
  const file = join(root, page);
  const before = readFileSync(file, "utf8");
  const after = fill(before, name, content);
  if (!process.argv.includes("--check")) {
    writeFileSync(file, after);
  } else if (stable(before) !== stable(after)) {
    const [theirs, ours] = [stable(before).split("\n"), stable(after).split("\n")];
    const at = ours.findIndex((line, index) => line !== theirs[index]);
    process.stderr.write(`${page} is not what the commands print. Run \`npm run docs\`.\n- ${theirs[at]}\n+ ${ours[at]}\n`);
    process.exitCode = 1;
  }
}

update("README.md", "session", runSession());
update("docs/commands.md", "commands", commandReference());

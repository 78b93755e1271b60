import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PackedFile } from "../archive/tar.js";
import { ROOT } from "../root.js";

/** What runs: the build, or the sources where azora runs from them. One folder up from each file of the build's chunks too. */
const RUNNING = fileURLToPath(new URL("..", import.meta.url));

/** Folders of the pack, and what of the installed azora goes into each. */
const FOLDERS: readonly { readonly to: string; readonly from: string; readonly take: RegExp }[] = [
  { to: "schema", from: fileURLToPath(new URL("prisma", ROOT)), take: /^[^/]+\.prisma$/ },
  { to: "migrations", from: fileURLToPath(new URL("prisma/migrations", ROOT)), take: /\.(sql|toml)$/ },
  { to: "helper/tenant-plane", from: join(RUNNING, "tenant-plane"), take: /(?<!\.d)\.(js|ts)$/ },
  { to: "helper/wire", from: join(RUNNING, "database/wire"), take: /(?<!\.d)\.(js|ts)$/ },
];

/** Schema files, migrations and the helper's source, as this azora has them. */
export async function reviewFiles(): Promise<PackedFile[]> {
  const folders = await Promise.all(FOLDERS.map(filesOf));
  return folders.flat();
}

async function filesOf({ to, from, take }: (typeof FOLDERS)[number]): Promise<PackedFile[]> {
  const entries = await readdir(from, { recursive: true });
  const paths = entries.map((entry) => entry.replaceAll("\\", "/")).filter((path) => take.test(path));
  return Promise.all(paths.map(async (path) => ({ path: `${to}/${path}`, content: await readFile(join(from, path)) })));
}

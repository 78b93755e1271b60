import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const DEBIAN = "/usr/lib/postgresql";

/** PostgreSQL as the system's packages bring it: a server, and the programs that dump and restore it. */
export interface SystemPostgres {
  readonly bin: string;
  readonly major: number;
}

/** The newest that Debian's packages have installed here, server and client programs of one version. */
export function findSystemPostgres(): SystemPostgres | undefined {
  const majors = existsSync(DEBIAN) ? readdirSync(DEBIAN).map(Number) : [];
  return majors
    .filter((major) => major >= 15)
    .sort((one, other) => other - one)
    .map((major) => ({ major, bin: join(DEBIAN, String(major), "bin") }))
    .find(({ bin }) =>
      ["initdb", "postgres", "pg_dump", "pg_restore", "psql"].every((program) => existsSync(join(bin, program))),
    );
}

/** Why a test that needs it is skipped. */
export const NO_SYSTEM_POSTGRES = "skipped where Debian's package `postgresql` isn't installed: npm has no pg_dump";

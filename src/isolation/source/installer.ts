import { SUPERUSER } from "../../database/embedded/socket.js";
import type { Throwaway } from "../../database/embedded/throwaway.js";
import type { Target } from "../target.js";
import { migrationFailed, refuseCopy } from "./migration-error.js";
import type { MigrationFile } from "./migration-files.js";

/** Who migrates, until it shows whether the history makes the target's owner itself. */
const STAND_IN = "azora_throwaway";

/**
 * Whoever applies an application's history to a server: somebody with every right, who owns what it makes. Where azora
 * is installed that is the database's superuser, since guard.protect() hands tables over; elsewhere the target's first owner.
 */
export class Installer {
  private constructor(
    private readonly database: Throwaway,
    private readonly target: Target,
    private login: string,
  ) {}

  static async enter(database: Throwaway, target: Target): Promise<Installer> {
    if (target.guard) return new Installer(database, target, SUPERUSER);
    await database.pool.query(`CREATE ROLE ${STAND_IN} NOLOGIN SUPERUSER`);
    return new Installer(database, target, STAND_IN);
  }

  /** @throws AzoraError INVALID_INPUT naming file, line, statement and PostgreSQL's message */
  async apply(file: MigrationFile): Promise<void> {
    refuseCopy(file);
    for (;;) {
      const failure = await this.database.run(file.sql, this.login);
      if (!failure) return;
      const missing = /^role "(.*)" does not exist$/.exec(failure.code === "42704" ? failure.message : "")?.[1];
      if (missing === undefined || !(await this.#makeRole(missing))) throw migrationFailed(file, failure);
    }
  }

  /**
   * Makes what roles are still missing and gives up its rights.
   * @returns the owners: the target's, and the stand-in where none of them could take over all that it has
   */
  async leave(): Promise<string[]> {
    const { runtime, control, owners } = this.target.roles;
    for (const role of [...owners, ...control, ...runtime]) await this.#makeRole(role);
    if (this.login === SUPERUSER) return [...owners];
    await this.#do(`ALTER ROLE ${quoted(this.login)} NOSUPERUSER`);
    if (this.login !== STAND_IN || (await this.#handOver())) return [...owners];
    return [...owners, STAND_IN];
  }

  /** What it has set for objects to come can't be handed over: then it stays. @returns whether it is gone */
  async #handOver(): Promise<boolean> {
    const [owner] = this.target.roles.owners;
    if (owner === undefined || (await this.#has(`pg_default_acl WHERE defaclrole = '${STAND_IN}'::regrole`))) return false;
    await this.#do(`REASSIGN OWNED BY ${STAND_IN} TO ${quoted(owner)}; DROP OWNED BY ${STAND_IN}; DROP ROLE ${STAND_IN}`);
    return true;
  }

  /** @returns whether it was made: a role of the target that wasn't there */
  async #makeRole(name: string): Promise<boolean> {
    const { runtime, control, owners } = this.target.roles;
    if (![...runtime, ...control, ...owners].includes(name)) return false;
    if (await this.#has(`pg_roles WHERE rolname = '${name.replaceAll("'", "''")}'`)) return false;
    if (name === owners[0] && this.login === STAND_IN) {
      await this.#do(`ALTER ROLE ${STAND_IN} RENAME TO ${quoted(name)}`);
      this.login = name;
    } else {
      await this.#do(`CREATE ROLE ${quoted(name)} ${runtime.includes(name) ? "LOGIN" : "NOLOGIN"}`);
    }
    return true;
  }

  async #has(rows: string): Promise<boolean> {
    return (await this.database.pool.query(`SELECT FROM ${rows}`)).rowCount !== 0;
  }

  async #do(statements: string): Promise<void> {
    await this.database.pool.query(statements);
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

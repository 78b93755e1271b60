import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { inTransaction } from "./dry-run.js";

/** What holds for all tenants, as the database has it. Part of the public JSON. */
export interface PlatformSetting {
  readonly key: string;
  /** Null where nothing is said. */
  readonly value: number | string | null;
  /** What it is until somebody says otherwise. */
  readonly initial: number | string | null;
  /** Null while nobody has. */
  readonly updatedAt: Date | null;
}

export interface ChangeSettingInput {
  readonly key: string;
  readonly value: number | string;
  readonly dryRun: boolean;
}

export interface SettingChange {
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly key: string;
  readonly value: number | string;
}

interface Row {
  readonly key: string;
  readonly value: PlatformSetting["value"];
  readonly initial: PlatformSetting["initial"];
  readonly updated_at: Date | null;
}

/**
 * Lists the settings, whether they were changed or not.
 * @throws AzoraError NOT_PERMITTED
 */
export async function listSettings(connection: ControlConnection): Promise<readonly PlatformSetting[]> {
  const { client } = connection;
  const rows = await attempt(
    connection,
    { action: "settings.list" },
    () => client.$queryRaw<Row[]>`SELECT key, value, initial, updated_at FROM control.list_settings()`,
  );
  return rows.map(({ key, value, initial, updated_at }) => ({ key, value, initial, updatedAt: updated_at }));
}

/**
 * Gives a setting a value. The database decides whether it is one, and whose it is to say.
 * @throws AzoraError NOT_FOUND, INVALID_INPUT, NOT_PERMITTED (fewer approvals, and not the owner)
 */
export async function changeSetting(
  connection: ControlConnection,
  { key, value, dryRun }: ChangeSettingInput,
): Promise<SettingChange> {
  return attempt(connection, { action: "settings.set", slug: key }, () =>
    inTransaction(connection, dryRun, async (tx) => {
      const [answer] = await tx.$queryRaw<[{ changed: boolean }]>`
        SELECT control.set_setting(${key}, ${JSON.stringify(value)}::jsonb) AS changed`;
      return { changed: answer.changed, dryRun, key, value };
    }),
  );
}

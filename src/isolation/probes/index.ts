import { becomeAnother } from "./become-another.js";
import { controlPlaneSelect, controlPlaneWrite } from "./control-plane.js";
import { copy } from "./copy.js";
import { count } from "./count.js";
import type { Probe } from "./definition.js";
import { remove } from "./delete.js";
import { foreignKeyOracle } from "./foreign-key-oracle.js";
import { expiredContext, forgedContext } from "./forged-context.js";
import { functions } from "./functions.js";
import { injectedContext } from "./injected-context.js";
import { insert } from "./insert.js";
import { logOnlyGrows } from "./log-only-grows.js";
import { move } from "./move.js";
import { noContext } from "./no-context.js";
import { partitions } from "./partitions.js";
import { handingOn, permission } from "./permission.js";
import { purge } from "./purge.js";
import { read } from "./read.js";
import { sequences } from "./sequences.js";
import { cursor, explain, preparedStatement, temporaryTable } from "./session-objects.js";
import { rowSecurityOff, triggersOff } from "./session-settings.js";
import { largeObjects, otherSessions, serverFiles } from "./shared-doors.js";
import { signing } from "./signing.js";
import { support } from "./support.js";
import { suspendedAccount } from "./suspended-account.js";
import { truncate } from "./truncate.js";
import { uniqueOracle } from "./unique-oracle.js";
import { update } from "./update.js";
import { upsert } from "./upsert.js";
import { views } from "./views.js";
import { writesAreLogged } from "./write-is-logged.js";

/** In the order of a report: what a tenant does to another's rows, by what ways, in what contexts; the planes; the end. */
export const PROBES: readonly Probe[] = [
  read,
  count,
  insert,
  update,
  move,
  remove,
  upsert,
  uniqueOracle,
  foreignKeyOracle,
  truncate,
  copy,
  views,
  functions,
  partitions,
  sequences,
  explain,
  preparedStatement,
  cursor,
  temporaryTable,
  largeObjects,
  otherSessions,
  serverFiles,
  noContext,
  forgedContext,
  expiredContext,
  injectedContext,
  suspendedAccount,
  permission,
  handingOn,
  becomeAnother,
  triggersOff,
  rowSecurityOff,
  signing,
  writesAreLogged,
  logOnlyGrows,
  controlPlaneSelect,
  controlPlaneWrite,
  support,
  purge,
];

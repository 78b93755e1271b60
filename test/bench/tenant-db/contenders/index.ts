import { openAzora, openAzoraEachTime } from "./azora.js";
import { openAzoraUser } from "./azora-user.js";
import { openBetterTenant } from "./better-tenant.js";
import type { ContenderKind } from "./contender.js";
import { openRawPg } from "./raw-pg.js";
import { openRlsExtension } from "./rls-extension.js";
import { openStock, openTuned } from "./stock.js";
import { openTenantExtension } from "./tenant-extension.js";
import { openZenStack } from "./zenstack.js";

/** Who is measured, in the order of the report. */
export const CONTENDERS = {
  stock: {
    database: "plain",
    about: "Prisma as documented, `where: { accountId }` by hand, no row security, no audit",
    open: openStock,
  },
  tuned: {
    database: "plain",
    about: "stock with named prepared statements (`statementNameGenerator`)",
    open: openTuned,
  },
  azora: {
    database: "azora",
    about: '`tenantDb()`, one client kept, reads logged by its default (`readAudit: "async"`)',
    audits: "all",
    open: openAzora(),
  },
  "azora-new": {
    database: "azora",
    about: "the same with a new client for each call, as one a request",
    audits: "all",
    open: openAzoraEachTime,
  },
  "azora-sync": {
    database: "azora",
    about: 'one client, `readAudit: "sync"`',
    audits: "all",
    open: openAzora("sync"),
  },
  "azora-off": {
    database: "azora",
    about: 'one client, `readAudit: "off"`; writes are logged as ever',
    audits: "writes",
    open: openAzora("off"),
  },
  "rls-extension": {
    database: "policy",
    about: "the pattern of Prisma's row-level-security example, no audit",
    open: openRlsExtension,
  },
  "better-tenant": {
    database: "bypass",
    about: "`@usebetterdev/tenant`, Prisma adapter, its defaults, its policies, no audit",
    isPeer: true,
    open: openBetterTenant,
  },
  "tenant-extension": {
    database: "plain",
    about: "`prisma-tenant-extension`, no row security, no audit",
    isPeer: true,
    open: openTenantExtension,
  },
  zenstack: {
    database: "plain",
    about: "ZenStack 3 with its policy plugin, no row security, no audit",
    isPeer: true,
    open: openZenStack,
  },
  pg: {
    database: "plain",
    about: "`pg` with prepared statements, no ORM, no row security, no audit: the floor",
    open: openRawPg,
  },
  "azora-user": {
    database: "azora",
    about: "`tenantDb()` for a user of the tenant, whose permissions are asked for",
    audits: "all",
    open: openAzoraUser,
  },
  "azora-alone": {
    database: "azora-alone",
    about: "`tenantDb()` where row security asks for the account and nothing asks for permissions",
    audits: "all",
    open: openAzora(),
  },
} as const satisfies Readonly<Record<string, ContenderKind>>;

export type ContenderName = keyof typeof CONTENDERS;

/** What is known of a contender before it is opened. */
export function kindOf(name: ContenderName): ContenderKind {
  return CONTENDERS[name];
}

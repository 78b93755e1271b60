import { openAzora, openAzoraEachTime } from "./azora.js";
import { openBetterTenant } from "./better-tenant.js";
import type { ContenderKind } from "./contender.js";
import { openRawPg } from "./raw-pg.js";
import { openRlsExtension } from "./rls-extension.js";
import { openStock, openTuned } from "./stock.js";
import { openTenantExtension } from "./tenant-extension.js";
import { openZenStack } from "./zenstack.js";

type Rest = Partial<Pick<ContenderKind, "isPeer" | "audits">>;

const kind = (
  database: ContenderKind["database"],
  about: string,
  open: ContenderKind["open"],
  rest: Rest = {},
): ContenderKind => ({
  database,
  about,
  open,
  isPeer: false,
  ...rest,
});

const peer = { isPeer: true } as const;

/** Who is measured, in the order of the report's columns. */
export const CONTENDERS = {
  stock: kind("plain", "Prisma as documented, `where: { accountId }` by hand, no row security, no audit", openStock),
  tuned: kind("plain", "stock with named prepared statements (`statementNameGenerator`)", openTuned),
  azora: kind("azora", '`tenantDb()`, one client kept, reads logged by its default (`readAudit: "async"`)', openAzora(), {
    audits: "all",
  }),
  "azora-sync": kind("azora", 'the same with `readAudit: "sync"`', openAzora("sync"), { audits: "all" }),
  "azora-off": kind("azora", 'the same with `readAudit: "off"`; writes are logged as ever', openAzora("off"), {
    audits: "writes",
  }),
  "azora-new": kind("azora", "`tenantDb()`, a new client for each call, as one a request", openAzoraEachTime, { audits: "all" }),
  "rls-extension": kind("policy", "the pattern of Prisma's row-level-security example", openRlsExtension),
  "better-tenant": kind("bypass", "`@usebetterdev/tenant`, Prisma adapter, its defaults, its policies", openBetterTenant, peer),
  "tenant-extension": kind("plain", "`prisma-tenant-extension`", openTenantExtension, peer),
  zenstack: kind("plain", "ZenStack 3 with its policy plugin", openZenStack, peer),
  pg: kind("plain", "`pg` with prepared statements, no ORM: the floor", openRawPg),
} as const satisfies Readonly<Record<string, ContenderKind>>;

export type ContenderName = keyof typeof CONTENDERS;

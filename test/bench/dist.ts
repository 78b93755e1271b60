/** What is measured is what is shipped: the built files, typed by their sources. */
const dist = (file: string) => new URL(`../../dist/${file}`, import.meta.url).href;

export const { openTenantDb } = (await import(
  dist("tenant-plane/tenant-db.js")
)) as typeof import("../../src/tenant-plane/tenant-db.js");
export const { openServer } = (await import(dist("database/server.js"))) as typeof import("../../src/database/server.js");
export const { PrismaClient, Prisma } = (await import(
  dist("generated/tenant/client.js")
)) as typeof import("../../src/generated/tenant/client.js");
export const { openControlPlane } = (await import(
  dist("control-plane/connection.js")
)) as typeof import("../../src/control-plane/connection.js");
export const { purgeTenant } = (await import(
  dist("control-plane/purge-tenant.js")
)) as typeof import("../../src/control-plane/purge-tenant.js");
export const { sealLog } = (await import(
  dist("control-plane/seal-log.js")
)) as typeof import("../../src/control-plane/seal-log.js");
export const { openAuditLog } = (await import(
  dist("tenant-plane/open-audit-log.js")
)) as typeof import("../../src/tenant-plane/open-audit-log.js");
export const { verifyLog } = (await import(dist("seal/verify-log.js"))) as typeof import("../../src/seal/verify-log.js");
export const { TENANT_LINE } = (await import(dist("seal/line.js"))) as typeof import("../../src/seal/line.js");
export const { parseSigningKey } = (await import(dist("signing.js"))) as typeof import("../../src/signing.js");
export type PrismaClient = import("../../src/generated/tenant/client.js").PrismaClient;

import { defineConfig } from "prisma/config";

// The owner's login, for `prisma migrate`; generating needs none.
export default defineConfig({
  schema: "control.prisma",
  migrations: { path: "migrations" },
  datasource: { url: process.env.AZORA_OWNER_URL ?? "" },
});

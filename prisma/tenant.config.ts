import { defineConfig } from "prisma/config";

export default defineConfig({ schema: "tenant.prisma", migrations: { path: "migrations" } });

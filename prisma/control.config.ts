import { defineConfig } from "prisma/config";

export default defineConfig({ schema: "control.prisma", migrations: { path: "migrations" } });

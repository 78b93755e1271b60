// Takes what the generated clients need of @prisma/client into dist/prisma: 10 MB in place of 72, of which the most is query
// compilers for other databases. The errors and types that an application sees are @prisma/client-runtime-utils', as in any
// client of Prisma's. Only the build is changed; from source the package itself is used. Decision 29.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FROM = "node_modules/@prisma/client";
const TO = "dist/prisma";
const SPECIFIER = /(["'])@prisma\/client\/runtime\/([\w.-]+)\1/g;
const used = new Set();

mkdirSync(TO);
for (const name of readdirSync("dist", { recursive: true })) {
  if (!/\.(js|d\.ts)$/.test(name)) continue;
  const file = join("dist", name);
  const text = readFileSync(file, "utf8");
  if (!text.includes("@prisma/client/runtime/")) continue;
  writeFileSync(
    file,
    text.replace(SPECIFIER, (_, quote, module) => {
      const target = module.endsWith(".mjs") ? module : `${module}.mjs`;
      used.add(target);
      return `${quote}#prisma/${target}${quote}`;
    }),
  );
}
for (const module of used) {
  cpSync(join(FROM, "runtime", module), join(TO, module));
  const types = module.replace(/\.mjs$/, ".d.mts");
  if (readdirSync(join(FROM, "runtime")).includes(types)) cpSync(join(FROM, "runtime", types), join(TO, types));
}
cpSync(join(FROM, "LICENSE"), join(TO, "LICENSE"));

// Loaded in front of the command line (`--import`): writes down each file that Node loads into the file that
// AZORA_TEST_MODULES names, a line each, and at the end Node's own modules behind `node:`.
import { appendFileSync } from "node:fs";
import { createRequire, register } from "node:module";

const file = process.env.AZORA_TEST_MODULES;
const hooks = `
import { appendFileSync } from "node:fs";
export async function load(url, context, next) {
  if (url.startsWith("file:")) appendFileSync(${JSON.stringify(file)}, url + "\\n");
  return next(url, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

// What CommonJS requires passes no hook; what is still in its cache at the end was loaded.
const { cache } = createRequire(import.meta.url);
process.on("exit", () => {
  const own = process.moduleLoadList.map((name) => name.replace(/^(NativeModule|Internal Binding) /, "node:"));
  appendFileSync(file, [...Object.keys(cache).map((path) => `file://${path}`), ...own].join("\n"));
});

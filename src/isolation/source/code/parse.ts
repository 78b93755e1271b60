import { type ParserPlugin, parse } from "@babel/parser";
import type { File } from "@babel/types";

/** The files that JavaScript and TypeScript are written in. */
export const CODE_EXTENSIONS = ["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"] as const;

/** Files that carry code this can't take out of them. */
export const MIXED_EXTENSIONS = ["vue", "svelte", "astro", "marko"] as const;

/**
 * The syntax tree of a source file.
 * @throws SyntaxError, with `loc`, where it isn't one
 */
export function parseCode(path: string, text: string): File {
  const extension = path.slice(path.lastIndexOf(".") + 1);
  const plugins: ParserPlugin[] = ["decorators", "decoratorAutoAccessors", "explicitResourceManagement"];
  if (/^[mc]?ts|tsx$/.test(extension)) plugins.push("typescript");
  // `<T>x` is an assertion in .ts and an element elsewhere.
  if (!/^[mc]?ts$/.test(extension)) plugins.push("jsx");
  return parse(text, {
    sourceType: "unambiguous",
    sourceFilename: path,
    allowReturnOutsideFunction: true,
    allowUndeclaredExports: true,
    plugins,
  });
}

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { globSync } from "tinyglobby";
import { expect, it } from "vitest";
import { ROOT } from "./guide.js";

const pages = globSync(["*.md", "docs/**/*.md"], { cwd: ROOT });

/** As GitHub and npm name a heading in a link. */
function anchorsOf(text: string): string[] {
  const headings = text.replaceAll(/^```[\s\S]*?^```$/gm, "").matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** The links of a page that lead nowhere. */
function brokenLinks(page: string, text: string): string[] {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link).filter((link) => !/^[a-z]+:/.test(link));
  return links.filter((link) => {
    const [path = "", anchor] = link.split("#");
    const file = path === "" ? page : join(dirname(page), path);
    if (!existsSync(join(ROOT, file))) return true;
    const target = file === page ? text : anchor === undefined ? "" : readFileSync(join(ROOT, file), "utf8");
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
}

it.each(pages)("%s links to what is there", (page) => {
  expect(brokenLinks(page, readFileSync(join(ROOT, page), "utf8"))).toEqual([]);
});

it("a link to a file or a heading that isn't there is seen", () => {
  const text =
    "# Here\n[a](#here) [b](#there) [c](docs/nowhere.md) [d](docs/library.md#four-rules) [e](docs/library.md#five-rules)\n";
  expect(brokenLinks("README.md", text)).toEqual(["#there", "docs/nowhere.md", "docs/library.md#five-rules"]);
});

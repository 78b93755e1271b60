import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { reportPage } from "../../src/isolation/report/page.js";
import type { Report } from "../../src/isolation/report/report.js";
import { describeInChromium } from "../support/chromium.js";
import { attempt, catalog, column, finding, policy, probe, report, role, tenantTable, verification } from "./support/build.js";

const SCRIPT = "<script>document.title='broken'</script>";
const EVIL = `"><img src=x onerror=alert(1)>${SCRIPT}`;

/** A database in which everything that has a name is called by markup. */
function hostile(): Report {
  const relations = [
    ...catalog().relations,
    tenantTable(EVIL, {
      owner: EVIL,
      columns: [column(EVIL, { type: EVIL, default: EVIL })],
      policies: [policy({ name: EVIL, using: EVIL, roles: [EVIL] })],
    }),
    tenantTable("abc\u202Etxt.exe"),
  ];
  const spoiled = finding({ rule: EVIL, object: EVIL, allows: EVIL, evidence: EVIL, fix: EVIL });
  return report({
    catalog: catalog({
      relations,
      roles: [...catalog().roles, role(EVIL)],
      server: { version: EVIL, number: 180004, database: EVIL, user: EVIL },
    }),
    verification: verification({
      ...{ verdict: "violations", findings: [spoiled], accepted: [{ ...spoiled, reason: EVIL, until: null }], unclear: [EVIL] },
      stale: [{ object: EVIL, reason: EVIL, why: EVIL }],
      probes: [
        probe(EVIL, [attempt({ outcome: "broken", answer: EVIL, statement: EVIL, note: EVIL, object: EVIL })], { title: EVIL }),
      ],
    }),
    auditSample: { statements: [EVIL], tenantLog: [{ [EVIL]: EVIL }], adminLog: [{ detail: { [EVIL]: EVIL } }], why: null },
  });
}

describe("the page's text", () => {
  it("holds names as text, whatever they are", () => {
    const page = reportPage(hostile());
    expect(page).not.toContain("<script");
    expect(page).not.toContain("<img");
    expect(page).toContain("&lt;script&gt;document.title=&#39;broken&#39;&lt;/script&gt;");
    expect(page).toContain("abc\\u{202e}txt.exe");
  });

  it("names no address and loads nothing", () => {
    const page = reportPage(report());
    expect(page).not.toMatch(/(?:src|href)="(?!#)/);
    expect(page).not.toMatch(/url\(|@import|https?:/);
  });

  it("says whether something was found, and what could not be told", () => {
    expect(reportPage(report())).toContain("<strong>Clean.</strong>");
    const undecided = verification({ verdict: "undecided", unclear: ["no right to try"], probes: [], selfTest: null });
    const page = reportPage(report({ verification: undecided, auditSample: null }));
    for (const text of ["<strong>Undecided.</strong>", "no right to try", "Not run"]) expect(page).toContain(text);
  });
});

describeInChromium("the page", (browsing) => {
  let page: Page;
  beforeAll(() => {
    page = browsing().page;
  });
  const open = (of: Report) => browsing().open(reportPage(of));

  it("opens without a complaint and asks nothing of the network", async () => {
    await open(hostile());
    expect(browsing().complaints).toEqual([]);
    expect(browsing().requests).toEqual([page.url()]);
    expect(await page.title()).toContain("Isolation report");
    expect(await page.locator("script, img, iframe, link, object").count()).toBe(0);
  });

  it("would not run a script that got into it all the same", async () => {
    await browsing().open(reportPage(report()).replace("</main>", `${SCRIPT}<img src="http://127.0.0.1:9/x.png"></main>`));
    expect(await page.title()).toContain("Isolation report");
    expect(browsing().complaints.join(" ")).toMatch(/Content Security Policy/);
  });

  it.each(["light", "dark"] as const)("has no accessibility fault that axe knows, in %s", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await open(hostile());
    for (const details of await page.locator("details").all())
      await details.evaluate((element) => element.setAttribute("open", ""));
    expect(await browsing().barriers()).toEqual([]);
  });

  it("is walked by keyboard: first past the contents, then link by link, and opens what is folded", async () => {
    await page.emulateMedia({ colorScheme: "light" });
    await open(report());
    const focused = () => page.evaluate<string>("document.activeElement.textContent.trim()");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("content");
    const seen = new Set<string>();
    for (let step = 0; step < 60; step++) {
      await page.keyboard.press("Tab");
      const tag = await page.evaluate<string>("document.activeElement.tagName");
      seen.add(tag);
      if (tag === "SUMMARY") break;
    }
    expect(seen).toContain("SUMMARY");
    const isOpen = () => page.evaluate("document.activeElement.parentElement.hasAttribute('open')");
    expect(await isOpen()).toBe(false);
    await page.keyboard.press("Enter");
    expect(await isOpen()).toBe(true);
  });

  it.each([320, 768, 1280])("needs no sideways scrolling at %d pixels", async (width) => {
    await page.setViewportSize({ width, height: 900 });
    await open(hostile());
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
  });

  it("turns dark by itself, and white on paper with all tables unfolded", async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    const background = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    await page.emulateMedia({ colorScheme: "dark" });
    await open(report());
    const dark = await background();
    await page.emulateMedia({ colorScheme: "light" });
    expect(await background()).not.toBe(dark);
    const column = page.locator("#table-tenant_2edocuments th", { hasText: "account_id" });
    expect(await column.isVisible()).toBe(false);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await background()).toBe("rgb(255, 255, 255)");
    expect(await column.isVisible()).toBe(true);
    expect((await page.pdf()).length).toBeGreaterThan(10_000);
    await page.emulateMedia({ media: "screen", colorScheme: "light" });
  });
});

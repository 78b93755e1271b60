import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A real browser, and what it says of the page that it shows. */
export class Browsing {
  /** Of the console, and errors of scripts, since the page was opened. */
  readonly complaints: string[] = [];
  /** Addresses that were asked for since then. */
  readonly requests: string[] = [];
  readonly #home = mkdtempSync(join(tmpdir(), "azora-page-"));

  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
  ) {
    page.on("console", (message) => this.complaints.push(message.text()));
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("request", (request) => this.requests.push(request.url()));
  }

  static async start(): Promise<Browsing> {
    const browser = await chromium.launch({ executablePath: CHROMIUM ?? "", args: FLAGS });
    return new Browsing(browser, await browser.newPage({ viewport: { width: 1280, height: 900 } }));
  }

  /** Opens a page from a file, as a reader does. */
  async open(markup: string): Promise<void> {
    const file = join(this.#home, "page.html");
    writeFileSync(file, markup);
    this.complaints.length = 0;
    this.requests.length = 0;
    await this.page.goto(pathToFileURL(file).href);
  }

  /** What axe finds wrong for people who don't see, or don't use a mouse. */
  async barriers(): Promise<unknown[]> {
    // The page lets no script in; the test's own comes past that by the debugger.
    const found = await this.page.evaluate(
      `(() => { ${axe.source}; return axe.run(document, { resultTypes: ["violations"] }); })()`,
    );
    const { violations } = found as { violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] };
    return violations.map(({ id, nodes }) => [id, nodes[0]?.html, nodes[0]?.failureSummary]);
  }

  async close(): Promise<void> {
    await this.browser.close();
    rmSync(this.#home, { recursive: true, force: true });
  }
}

/** A suite in Chromium; skipped where none is installed, and says so. */
export function describeInChromium(name: string, suite: (browsing: () => Browsing) => void): void {
  describe.skipIf(CHROMIUM === undefined)(
    `${name} in Chromium (skipped where none is installed: apt-get install chromium)`,
    () => {
      let browsing: Browsing;
      beforeAll(async () => {
        browsing = await Browsing.start();
      });
      afterAll(() => browsing?.close());
      suite(() => browsing);
    },
  );
}

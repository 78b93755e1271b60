import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { Receipt } from "../../src/control-plane/receipt.js";
import { receiptPage } from "../../src/installation/receipt-page.js";
import { describeInChromium } from "../support/chromium.js";

const EVIL = `"><img src=x onerror=alert(1)><script>document.title='broken'</script>`;

function receipt(changes: Partial<Receipt> = {}): Receipt {
  const at = new Date("2026-11-23T05:00:00Z");
  return {
    sequence: 7,
    accountId: "00000000-0000-4000-8000-000000000001",
    slug: "acme",
    reason: "contract ended",
    requestedBy: "ada",
    requestedAt: at,
    approvedBy: [{ operator: "grace", at }],
    operator: "ada",
    startedAt: at,
    purgedAt: at,
    backupsUntil: at,
    counts: { "tenant.users": 3, "tenant.documents": 1_234_567 },
    total: 1_234_570,
    unread: [],
    outsideStores: [{ name: "stripe", state: "done", reference: "cus_1" }],
    lastAudit: { id: "l", occurredAt: "2026-11-23" },
    auditCheckpoint: null,
    schema: "a".repeat(64),
    toolVersion: "0.1.0",
    previousHash: "b".repeat(64),
    payload: `{"version": 1, "total": 1234570, "slug": "acme", "schema": "${"c".repeat(300)}"}`,
    hash: "d".repeat(64),
    keyId: "sig-1",
    signature: "e".repeat(86),
    addenda: [],
    pending: [],
    complete: true,
    ...changes,
  };
}

/** One in which everything that is a text is markup. */
function hostile(): Receipt {
  const at = new Date();
  return receipt({
    ...{
      slug: EVIL,
      reason: EVIL,
      requestedBy: EVIL,
      operator: EVIL,
      toolVersion: EVIL,
      payload: EVIL,
      keyId: EVIL,
      schema: EVIL,
      unread: [EVIL],
    },
    counts: { [EVIL]: 1 },
    approvedBy: [{ operator: EVIL, at }],
    outsideStores: [{ name: EVIL, state: "pending", reference: EVIL }],
    addenda: [
      {
        payload: EVIL,
        hash: EVIL,
        keyId: EVIL,
        signature: EVIL,
        sequence: 8,
        receipt: 7,
        store: EVIL,
        reference: EVIL,
        how: "stated",
        note: EVIL,
        operator: EVIL,
        statedAt: at,
        previousHash: EVIL,
      },
    ],
  });
}

describe("the certificate's text", () => {
  it("holds names as text, whatever they are, and names no address", () => {
    const page = receiptPage(hostile());
    for (const tag of ["<script", "<img"]) expect(page).not.toContain(tag);
    expect(receiptPage(receipt())).not.toMatch(/(?:src|href)=|url\(|@import|https?:/);
  });

  it("says how far it goes: complete, pending, by SQL, or not signed", () => {
    const says = (changes: Partial<Receipt>) =>
      /class="verdict (\w+)">.*?<p>(.*?)<\/p>/.exec(receiptPage(receipt(changes)))?.slice(1);
    expect(says({})).toEqual(["clean", "Complete: everything is deleted, and this certificate is signed."]);
    expect(says({ complete: false, pending: ["stripe"] })).toEqual(["undecided", "Not complete: pending in stripe."]);
    expect(says({ complete: false, outsideStores: null })?.[1]).toContain("nobody said");
    expect(says({ complete: false, signature: null })).toEqual([
      "violations",
      "Not signed: the database&#39;s administrator deleted by hand.",
    ]);
    expect(receiptPage(receipt({ unread: ["crm.notes"] }))).toContain("Not looked into");
  });
});

describeInChromium("the certificate", (browsing) => {
  let page: Page;
  beforeAll(() => {
    page = browsing().page;
  });
  const open = (of: Receipt) => browsing().open(receiptPage(of));

  it("opens without a complaint and asks nothing of the network", async () => {
    await open(hostile());
    expect(browsing().complaints).toEqual([]);
    expect(browsing().requests).toEqual([page.url()]);
    expect(await page.title()).toContain("Certificate of deletion");
    expect(await page.locator("script, img, iframe, link, object").count()).toBe(0);
  });

  it.each(["light", "dark"] as const)("has no accessibility fault that axe knows, in %s", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    for (const each of [receipt(), hostile(), receipt({ complete: false, signature: null })]) {
      await open(each);
      expect(await browsing().barriers()).toEqual([]);
    }
  });

  it.each([320, 768, 1280])("needs no sideways scrolling at %d pixels", async (width) => {
    await page.setViewportSize({ width, height: 900 });
    await open(receipt());
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
  });

  it("turns dark by itself, and is white on paper, on two pages at most", async () => {
    const background = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    await page.emulateMedia({ colorScheme: "dark" });
    await open(receipt());
    const dark = await background();
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await background()).toBe("rgb(255, 255, 255)");
    expect(dark).not.toBe("rgb(255, 255, 255)");
    const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
    expect(pdf.match(/\/Type\s*\/Page\b/g)?.length).toBeLessThanOrEqual(2);
  });
});

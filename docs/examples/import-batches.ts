// node import-batches.js ACCOUNT-ID < batches.csv      lines of number,product,quantity,unit
import { createInterface } from "node:readline";
import { closeTenantDb, tenantDb } from "azora";

const [accountId = ""] = process.argv.slice(2);
const db = tenantDb({ accountId, actor: "script:import-batches" });
try {
  const rows = [];
  for await (const line of createInterface({ input: process.stdin })) {
    const [number = "", product = "", quantity = "", unit = ""] = line.split(",");
    rows.push({ number, product, quantity, unit });
  }
  // One statement: all lines or none, and one line in the audit log for each.
  const { count } = await db.batch.createMany({ data: rows });
  console.log(`${count} batches imported`);
} finally {
  await closeTenantDb();
}

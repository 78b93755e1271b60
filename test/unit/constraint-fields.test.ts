import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readConstraintFields } from "../../src/tenant-plane/constraint-fields.js";

const SCHEMA = `
model Order {
  shopId     String   @map("shop_id") @db.Uuid
  id         Int      @default(autoincrement())
  number     String
  customerId Int      @map("customer_id")
  code       String   @unique
  token      String   @unique(map: "own_name") @map("secret_token")
  customer   Customer @relation(fields: [shopId, customerId], references: [shopId, id], onDelete: Cascade)
  parent     Order?   @relation("tree", fields: [shopId, number], references: [shopId, number], map: "fk_tree")
  lines      Line[]

  @@id([shopId, id])
  @@unique([shopId, number(sort: Desc)], name: "spot")
  @@unique(fields: [shopId, customerId, number], map: "mine")
  @@map("orders")
}

model Plain {
  id Int @id
}`;

describe("readConstraintFields()", () => {
  it("finds keys and references by the names that Prisma gives them, or that they were given", () => {
    expect(Object.fromEntries(readConstraintFields(SCHEMA, "shopId"))).toEqual({
      orders_pkey: ["id"],
      orders_shop_id_number_key: ["number"],
      mine: ["customerId", "number"],
      orders_code_key: ["code"],
      own_name: ["token"],
      orders_shop_id_customer_id_fkey: ["customerId"],
      fk_tree: ["number"],
      Plain_pkey: ["id"],
    });
  });

  it("knows every key and reference of azora's own schema", () => {
    const own = readFileSync(new URL("../../prisma/tenant.prisma", import.meta.url), "utf8");
    const found = readConstraintFields(own, "accountId");
    expect(found.get("documents_account_id_number_key")).toEqual(["number"]);
    expect(found.get("document_revisions_account_id_document_id_fkey")).toEqual(["documentId"]);
    expect(found.size).toBeGreaterThan(40);
  });
});

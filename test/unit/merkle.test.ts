import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { auditPath, leafHash, merkleRoot, rootFromPath } from "../../src/seal/merkle.js";

/** The inputs and roots that Certificate Transparency's own implementations are tested with. */
const INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const LEAVES = INPUTS.map((hex) =>
  createHash("sha256")
    .update(Buffer.from(`00${hex}`, "hex"))
    .digest(),
);

describe("a Merkle tree", () => {
  it.each(ROOTS.map((root, i) => [i + 1, root] as const))("of %i leaves has RFC 6962's root", (size, root) => {
    expect(merkleRoot(Buffer.concat(LEAVES.slice(0, size)))).toBe(root);
  });

  it("hashes a leaf's text behind a zero byte", () => {
    expect(leafHash("")).toEqual(LEAVES[0]);
    expect(leafHash("grün").toString("hex")).toBe(createHash("sha256").update("\0grün", "utf8").digest("hex"));
  });

  it("proves each leaf of a tree of any size, at its place and no other", () => {
    for (let size = 1; size <= 40; size++) {
      const leaves = Array.from({ length: size }, (_, i) => leafHash(`leaf ${i}`));
      const root = merkleRoot(Buffer.concat(leaves));
      for (const [index, leaf] of leaves.entries()) {
        const path = auditPath(leaves, index);
        expect(rootFromPath(leaf, { index, size, path })).toBe(root);
        expect(rootFromPath(leafHash("another"), { index, size, path })).not.toBe(root);
        for (const other of [index - 1, index + 1, size]) expect(rootFromPath(leaf, { index: other, size, path })).not.toBe(root);
        expect(rootFromPath(leaf, { index, size, path: [...path, root] })).toBeUndefined();
        if (path.length > 0) expect(rootFromPath(leaf, { index, size, path: path.slice(1) })).toBeUndefined();
      }
    }
  });
});

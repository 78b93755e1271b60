import { hash } from "node:crypto";

/** SHA-256 of what a leaf holds, told apart from an inner node by the byte in front (RFC 6962, 2.1). */
export function leafHash(text: string): Buffer {
  return hash("sha256", `\0${text}`, "buffer");
}

const pair = Buffer.alloc(65, 1);

/** SHA-256 of two nodes behind a byte of one. */
export function nodeHash(left: Buffer, right: Buffer): Buffer {
  left.copy(pair, 1);
  right.copy(pair, 33);
  return hash("sha256", pair, "buffer");
}

/** A Merkle tree that is only asked for its root: takes leaves one by one and keeps one node a level. */
export class MerkleTree {
  readonly #levels: (Buffer | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  append(leaf: Buffer): void {
    let node = leaf;
    let level = 0;
    for (let left = this.#levels[level]; left; left = this.#levels[++level]) {
      node = nodeHash(left, node);
      this.#levels[level] = undefined;
    }
    this.#levels[level] = node;
    this.#size++;
  }

  /** The root, hex; empty for a tree without leaves. */
  root(): string {
    const right = this.#levels.reduce((below, node) => (node && below ? nodeHash(node, below) : (node ?? below)), undefined);
    return right?.toString("hex") ?? "";
  }
}

/** Root over hashes of 32 bytes each, hex. */
export function merkleRoot(leaves: Buffer): string {
  const tree = new MerkleTree();
  for (let at = 0; at < leaves.length; at += 32) tree.append(leaves.subarray(at, at + 32));
  return tree.root();
}

/** What is hashed with a leaf on its way to the root, the lowest first, hex: RFC 6962's audit path. */
export function auditPath(leaves: readonly Buffer[], index: number): readonly string[] {
  const path: string[] = [];
  let level = leaves;
  let at = index;
  while (level.length > 1) {
    const neighbour = level[at ^ 1];
    if (neighbour) path.push(neighbour.toString("hex"));
    level = level.flatMap((node, i) => (i % 2 === 1 ? [] : [level[i + 1] ? nodeHash(node, level[i + 1] as Buffer) : node]));
    at >>= 1;
  }
  return path;
}

/**
 * The root that a leaf leads to, hex.
 * @returns undefined where the path isn't one of a leaf at that place in a tree of that size
 */
export function rootFromPath(
  leaf: Buffer,
  { index, size, path }: { readonly index: number; readonly size: number; readonly path: readonly string[] },
): string | undefined {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) return undefined;
  const left = [...path];
  let node = leaf;
  let at = index;
  for (let last = size - 1; last > 0; last >>= 1) {
    // The last of a level without a neighbour goes up as it is.
    if (at % 2 === 1 || at < last) {
      const neighbour = Buffer.from(left.shift() ?? "", "hex");
      if (neighbour.length !== 32) return undefined;
      node = at % 2 === 1 ? nodeHash(neighbour, node) : nodeHash(node, neighbour);
    }
    at >>= 1;
  }
  return left.length === 0 ? node.toString("hex") : undefined;
}

/** Another seed on each run, or the one that AZORA_FUZZ_SEED names: it stands in the names of the tests. */
export const SEED = Number(process.env.AZORA_FUZZ_SEED ?? Date.now() % 2_147_483_647);

/** How many cases a test tries: what it does by itself, times AZORA_FUZZ_TIMES. */
export function cases(usual: number): number {
  return Math.ceil(usual * Number(process.env.AZORA_FUZZ_TIMES ?? 1));
}

/** Where fast-check's report says that a search ended, AZORA_FUZZ_PATH takes it up: one case, already made small. */
export const PATH: { readonly path?: string } = process.env.AZORA_FUZZ_PATH ? { path: process.env.AZORA_FUZZ_PATH } : {};

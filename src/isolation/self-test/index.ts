import type { BreakageKind } from "./breakage.js";
import { GUARD_BREAKAGES } from "./guard.js";
import { KEY_BREAKAGES } from "./keys.js";
import { OBJECT_BREAKAGES } from "./objects.js";
import { POLICY_BREAKAGES } from "./policies.js";
import { RIGHTS_BREAKAGES } from "./rights.js";

/** Every guarantee that the self-test breaks. */
export const BREAKAGES: readonly BreakageKind[] = [
  ...POLICY_BREAKAGES,
  ...RIGHTS_BREAKAGES,
  ...OBJECT_BREAKAGES,
  ...KEY_BREAKAGES,
  ...GUARD_BREAKAGES,
];

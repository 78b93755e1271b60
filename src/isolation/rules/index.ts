import type { Rule } from "../rule.js";
import { accountColumn } from "./account-column.js";
import { policyUnbound } from "./policy-unbound.js";
import { rowSecurity } from "./row-security.js";

/** Every static rule, in the order in which they are reported. */
export const RULES: readonly Rule[] = [accountColumn, rowSecurity, policyUnbound];

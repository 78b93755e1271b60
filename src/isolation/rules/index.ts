import type { Rule } from "../rule.js";
import { accessTrigger } from "./access-trigger.js";
import { accountColumn } from "./account-column.js";
import { accountIndex } from "./account-index.js";
import { accountKey } from "./account-key.js";
import { accountsPolicy } from "./accounts-policy.js";
import { auditHash } from "./audit-hash.js";
import { auditTrigger } from "./audit-trigger.js";
import { constraintOff } from "./constraint-off.js";
import { databaseRights, defaultRights, schemaRights } from "./containers.js";
import { contextFunction, contextUnsigned } from "./context.js";
import { definerFunction, guardExecute } from "./definer-function.js";
import { eventTrigger, extension, language } from "./doors.js";
import { expressionFunction } from "./expression-function.js";
import { foreignKeyAction } from "./foreign-key-action.js";
import { foreignKeyIndex } from "./foreign-key-index.js";
import { foreignKeyUnpaired } from "./foreign-key-unpaired.js";
import { foreignTable } from "./foreign-table.js";
import { functionLanguage, functionLeakproof, systemFunction } from "./function-powers.js";
import { guardFunction } from "./guard-function.js";
import { guardProtects, identityTrigger, truncateTrigger } from "./guard-triggers.js";
import { indexOperatorClass } from "./index-operator-class.js";
import { keyAcrossAccounts } from "./key-across-accounts.js";
import { looseReferences } from "./loose-references.js";
import { materializedView } from "./materialized-view.js";
import { outsideTable, sharedTable } from "./outside-table.js";
import { ownerKnown, ownsNothing } from "./ownership.js";
import { permissionPolicy } from "./permission-policy.js";
import { policyFunction } from "./policy-function.js";
import { policyMissing } from "./policy-missing.js";
import { policyUnbound } from "./policy-unbound.js";
import { largeObjects, replication } from "./replication.js";
import { rewriteRule } from "./rewrite-rule.js";
import { rolePowers } from "./role-powers.js";
import { administrators, planesApart, roleReach } from "./role-reach.js";
import { rowSecurity } from "./row-security.js";
import { sequenceRights, sequenceShared } from "./sequence.js";
import { activityHidden, roleSettings } from "./settings.js";
import { parameterRights, sharedFunctions, systemRights } from "./system-rights.js";
import { tenantRights } from "./tenant-rights.js";
import { triggerNotUnderstood } from "./trigger-not-understood.js";
import { unlogged } from "./unlogged.js";
import { vendorRights } from "./vendor-rights.js";
import { vendorTables } from "./vendor-tables.js";
import { vendorTriggers } from "./vendor-triggers.js";
import { view } from "./view.js";

/** Every static rule, in the order in which they are reported. */
export const RULES: readonly Rule[] = [
  // The row and its account.
  accountColumn,
  accountKey,
  accountIndex,
  indexOperatorClass,
  keyAcrossAccounts,
  foreignKeyUnpaired,
  foreignKeyAction,
  foreignKeyIndex,
  constraintOff,
  looseReferences,
  unlogged,
  // Who sees it.
  rowSecurity,
  policyUnbound,
  policyMissing,
  policyFunction,
  permissionPolicy,
  contextUnsigned,
  contextFunction,
  accountsPolicy,
  // Who may touch it.
  tenantRights,
  outsideTable,
  sharedTable,
  sequenceRights,
  sequenceShared,
  vendorRights,
  schemaRights,
  databaseRights,
  defaultRights,
  systemRights,
  sharedFunctions,
  parameterRights,
  // Who they are.
  rolePowers,
  roleReach,
  planesApart,
  administrators,
  ownsNothing,
  ownerKnown,
  roleSettings,
  activityHidden,
  // What goes around it.
  view,
  materializedView,
  foreignTable,
  rewriteRule,
  definerFunction,
  functionLanguage,
  functionLeakproof,
  systemFunction,
  extension,
  language,
  eventTrigger,
  replication,
  largeObjects,
  // What keeps watch.
  auditTrigger,
  auditHash,
  identityTrigger,
  truncateTrigger,
  accessTrigger,
  triggerNotUnderstood,
  expressionFunction,
  guardProtects,
  guardFunction,
  guardExecute,
  vendorTriggers,
  vendorTables,
];

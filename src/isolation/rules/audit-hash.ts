import { tableRule } from "./table-rule.js";

const LOG = "tenant.audit_log";
const NAME = "row_hash";

export const auditHash = tableRule({
  id: "audit-hash",
  title: "Every line of the audit log is hashed when it is written, whoever writes it, so that a later change is found.",
  severity: "high",
  appliesTo: ({ table }, { target }) => target.guard && target.audit && table.name === LOG,
  flaws: ({ table }) => {
    const found = table.triggers.find((trigger) => trigger.function === "guard.hash_audit()");
    const isWhole =
      found?.enabled === "always" &&
      found.timing === "before" &&
      found.level === "row" &&
      found.when === null &&
      found.events.includes("insert");
    if (isWhole) return [];
    return [
      {
        allows: "Lines are added that no seal can vouch for, or nothing is written at all.",
        evidence: found ? `${found.definition} (${found.enabled})` : "no trigger runs guard.hash_audit()",
        fix: `DROP TRIGGER IF EXISTS ${NAME} ON ${table.name}; CREATE TRIGGER ${NAME} BEFORE INSERT ON ${table.name} FOR EACH ROW EXECUTE FUNCTION guard.hash_audit(); ALTER TABLE ${table.name} ENABLE ALWAYS TRIGGER ${NAME};`,
      },
    ];
  },
});

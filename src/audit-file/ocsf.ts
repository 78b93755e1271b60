import { VERSION } from "../version.js";
import { type AuditLogName, type AuditSource, type RawEntry, type RawValue, rawEntries } from "./source.js";

/**
 * OCSF 1.8.0, class Entity Management: an actor creates, reads, updates or deletes an entity, with its state before and
 * after. That is what both logs hold. Datastore Activity and API Activity also ask for the endpoint where a request
 * came from, which a database behind a pool doesn't know.
 */
export const OCSF = { version: "1.8.0", categoryUid: 3, classUid: 3004 } as const;

/** The class's activities by number; 99 stands for what has a name of its own. */
const ACTIVITIES: Readonly<Record<number, string>> = {
  ...{ 1: "Create", 2: "Read", 3: "Update", 4: "Delete", 8: "Enable", 9: "Disable" },
  ...{ 10: "Activate", 12: "Suspend", 13: "Resume" },
};
const OTHER = 99;

const TENANT_ACTIVITY: Readonly<Record<string, number>> = { create: 1, read: 2, update: 3, delete: 4 };

/** By the last word of an action: `tenant.suspend`, `plans.insert`. */
const CONTROL_ACTIVITY: Readonly<Record<string, number>> = {
  ...{ create: 1, insert: 1, update: 3, change: 3, delete: 4, purge: 4 },
  ...{ activate: 10, suspend: 12, resume: 13, disable: 9 },
};

/** Each entry as an event, one JSON object a line. */
export async function* encodeOcsf(source: AuditSource): AsyncGenerator<Uint8Array> {
  const toEvent = EVENT[source.log];
  for await (const entries of rawEntries(source)) {
    yield Buffer.from(entries.map((entry) => `${eventLine(toEvent(entry))}\n`).join(""));
  }
}

const PRODUCT = { name: "azora", vendor_name: "azora", version: VERSION };

const EVENT: Readonly<Record<AuditLogName, (entry: RawEntry) => object>> = {
  tenant: tenantEvent,
  "control-plane": adminEvent,
};

function tenantEvent(entry: RawEntry): object {
  const { id, accountId, actor, operation, subject, rowId, method, filter, rowCount, oldValues, newValues, transactionId } =
    entry;
  const identity = { type_id: OTHER, type: subject, name: subject, ...(rowId !== null && { uid: rowId }) };
  return {
    ...classification(TENANT_ACTIVITY[String(operation)] ?? OTHER, String(operation)),
    ...occurrence(entry),
    ...{ status_id: 1, status: "Success" },
    metadata: { ...metadata(entry), log_name: "tenant.audit_log", uid: id, tenant_uid: accountId },
    actor: { user: { name: actor } },
    entity: { ...identity, ...data(oldValues) },
    ...(newValues !== null && { entity_result: { ...identity, ...data(newValues) } }),
    unmapped: {
      transaction_id: transactionId,
      ...given({ method, row_count: rowCount }),
      ...(filter !== null && { filter: new Json(filter) }),
    },
  };
}

function adminEvent(entry: RawEntry): object {
  const { id, operator, action, outcome, accountId, accountSlug, oldValues, newValues, reason, message } = entry;
  const [noun = "", verb = ""] = [String(action).split(".")[0], String(action).split(".").at(-1)];
  const names = given({ name: accountSlug, uid: accountId });
  const identity = isEmpty(names)
    ? { type_id: OTHER, type: noun, name: noun }
    : { ...{ type_id: 4, type: "Organization" }, ...names, org: names };
  return {
    ...classification(CONTROL_ACTIVITY[verb] ?? OTHER, String(action)),
    ...occurrence(entry),
    ...(outcome === "done" ? { status_id: 1, status: "Success" } : { status_id: 2, status: "Failure", status_code: outcome }),
    ...given({ status_detail: message, comment: reason }),
    metadata: {
      ...metadata(entry),
      ...{ log_name: "control.admin_audit_log", uid: String(id) },
      ...given({ tenant_uid: accountId, correlation_uid: entry.requestId }),
    },
    actor: { user: { name: operator } },
    entity: { ...identity, ...data(oldValues) },
    ...(newValues !== null && { entity_result: { ...identity, ...data(newValues) } }),
    unmapped: { action, transaction_id: entry.transactionId, ...given({ command: entry.command }) },
  };
}

function classification(activity: number, name: string): object {
  const activityName = ACTIVITIES[activity] ?? name;
  return {
    ...{ activity_id: activity, activity_name: activityName },
    ...{ category_uid: OCSF.categoryUid, category_name: "Identity & Access Management" },
    ...{ class_uid: OCSF.classUid, class_name: "Entity Management" },
    ...{
      type_uid: OCSF.classUid * 100 + activity,
      type_name: `Entity Management: ${activity === OTHER ? "Other" : activityName}`,
    },
    ...{ severity_id: 1, severity: "Informational" },
  };
}

/** OCSF counts milliseconds; the microseconds stay in metadata.original_time. */
function occurrence({ occurredAt }: RawEntry): object {
  return { time: Date.parse(String(occurredAt)), timezone_offset: 0 };
}

function metadata({ occurredAt }: RawEntry): object {
  return { version: OCSF.version, product: PRODUCT, original_time: occurredAt };
}

function data(json: RawValue): object {
  return json === null || json === undefined ? {} : { data: new Json(json) };
}

function given(values: RawEntry): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
}

function isEmpty(values: object): boolean {
  return Object.keys(values).length === 0;
}

/** JSON that is there as text already. Parsed and written again its long numbers would be others. */
class Json {
  readonly text: string;
  constructor(text: RawValue) {
    this.text = String(text);
  }
}

/** No text of PostgreSQL has a NUL character, so that what begins with one is a place kept for JSON and nothing else. */
const PLACE = /"\\u0000(\d+)"/g;

function eventLine(event: object): string {
  const texts: string[] = [];
  const line = JSON.stringify(event, (_, value: unknown) => (value instanceof Json ? `\0${texts.push(value.text) - 1}` : value));
  return line.replace(PLACE, (_, at: string) => texts[Number(at)] as string);
}

/** OCSF 1.8.0, as far as the class Entity Management and the objects in it go: which attributes there are, and which must be. */

type Kind = "integer" | "string" | "object" | "json" | readonly number[] | Shape;

interface Shape {
  readonly required: Readonly<Record<string, Kind>>;
  readonly optional: Readonly<Record<string, Kind>>;
  readonly oneOf?: readonly string[];
}

const NAMED = { name: "string", uid: "string" } as const;

const ORGANIZATION: Shape = { required: {}, optional: { ...NAMED, ou_name: "string" }, oneOf: ["name", "uid"] };

const MANAGED_ENTITY: Shape = {
  required: {},
  optional: { ...NAMED, type: "string", type_id: [0, 1, 2, 3, 4, 5, 6, 7, 99], data: "json", org: ORGANIZATION },
  oneOf: ["name", "uid", "device", "group", "org", "policy", "user"],
};

const PRODUCT: Shape = { required: {}, optional: { ...NAMED, vendor_name: "string", version: "string" }, oneOf: ["name", "uid"] };

const METADATA: Shape = {
  required: { product: PRODUCT, version: "string" },
  optional: { uid: "string", log_name: "string", original_time: "string", tenant_uid: "string", correlation_uid: "string" },
};

const USER: Shape = { required: {}, optional: NAMED, oneOf: ["account", "name", "uid"] };

const ENTITY_MANAGEMENT: Shape = {
  required: {
    activity_id: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 99],
    category_uid: [3],
    class_uid: [3004],
    type_uid: "integer",
    severity_id: [0, 1, 2, 3, 4, 5, 6, 99],
    time: "integer",
    metadata: METADATA,
    entity: MANAGED_ENTITY,
  },
  optional: {
    activity_name: "string",
    category_name: "string",
    class_name: "string",
    type_name: "string",
    severity: "string",
    timezone_offset: "integer",
    status_id: [0, 1, 2, 99],
    status: "string",
    status_code: "string",
    status_detail: "string",
    comment: "string",
    message: "string",
    actor: { required: {}, optional: { user: USER }, oneOf: ["process", "user", "session", "app_name"] },
    entity_result: MANAGED_ENTITY,
    unmapped: "object",
  },
};

/** What is wrong with an event, by the place where it is; nothing when it is as OCSF wants it. */
export function ocsfProblems(event: Readonly<Record<string, unknown>>): string[] {
  const problems = shapeProblems(event, ENTITY_MANAGEMENT, "");
  const { class_uid, activity_id, type_uid } = event as Record<string, number>;
  if (type_uid !== Number(class_uid) * 100 + Number(activity_id)) problems.push("type_uid is not class_uid * 100 + activity_id");
  return problems;
}

function shapeProblems(value: Readonly<Record<string, unknown>>, { required, optional, oneOf }: Shape, place: string): string[] {
  const kinds = { ...required, ...optional };
  return [
    ...Object.keys(required)
      .filter((name) => value[name] === undefined)
      .map((name) => `${place}${name} is missing`),
    ...(oneOf && !oneOf.some((name) => value[name] !== undefined) ? [`${place} has none of ${oneOf.join(", ")}`] : []),
    ...Object.entries(value).flatMap(([name, each]) => {
      const kind = kinds[name];
      return kind ? kindProblems(each, kind, `${place}${name}`) : [`${place}${name} is no attribute of it`];
    }),
  ];
}

function kindProblems(value: unknown, kind: Kind, place: string): string[] {
  if (kind === "json") return [];
  if (typeof kind === "string") {
    const fits = kind === "integer" ? Number.isSafeInteger(value) : typeof value === kind && value !== null;
    return fits ? [] : [`${place} is no ${kind}`];
  }
  if (Array.isArray(kind)) return kind.includes(value as number) ? [] : [`${place} can't be ${value}`];
  return typeof value === "object" && value !== null
    ? shapeProblems(value as Record<string, unknown>, kind as Shape, `${place}.`)
    : [`${place} is no object`];
}

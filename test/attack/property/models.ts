/** What the generators know of a model: enough to write calls that mostly succeed. */
export interface Shape {
  readonly table: string;
  /** A text of the row, which always holds its tenant's marker. */
  readonly text: string;
  /** A natural key, the same few values in every tenant. */
  readonly key?: { readonly name: string; readonly value: (at: number) => string };
  /** What a row can't be without, besides text, key and parents. */
  readonly rest: Readonly<Record<string, unknown>>;
  readonly parents: readonly Parent[];
  readonly children: readonly Child[];
}

export interface Parent {
  readonly relation: string;
  readonly field: string;
  readonly column: string;
  readonly model: ModelName;
  readonly required: boolean;
}

export interface Child {
  readonly relation: string;
  readonly model: ModelName;
  /** The field in the child that points back. */
  readonly field: string;
}

export const MODEL_NAMES = [
  "user",
  "document",
  "batch",
  "documentRevision",
  "testResult",
  "nonconformance",
  "correctiveAction",
  "role",
  "userRole",
] as const;

export type ModelName = (typeof MODEL_NAMES)[number];

const number = { name: "number", value: (at: number) => `N-${at}` };

export const MODELS: Readonly<Record<ModelName, Shape>> = {
  user: {
    table: "users",
    text: "name",
    key: { name: "email", value: (at) => `u${at}@example.test` },
    rest: {},
    parents: [],
    children: [
      { relation: "documents", model: "document", field: "ownerId" },
      { relation: "documentRevisions", model: "documentRevision", field: "authorId" },
      { relation: "testResults", model: "testResult", field: "analystId" },
      { relation: "nonconformances", model: "nonconformance", field: "reportedById" },
      { relation: "correctiveActions", model: "correctiveAction", field: "assigneeId" },
      { relation: "roles", model: "userRole", field: "userId" },
    ],
  },
  document: {
    table: "documents",
    text: "title",
    key: number,
    rest: {},
    parents: [{ relation: "owner", field: "ownerId", column: "owner_id", model: "user", required: false }],
    children: [
      { relation: "revisions", model: "documentRevision", field: "documentId" },
      { relation: "nonconformances", model: "nonconformance", field: "documentId" },
      { relation: "testResults", model: "testResult", field: "documentId" },
    ],
  },
  batch: {
    table: "batches",
    text: "product",
    key: number,
    rest: { quantity: 2.5, unit: "kg" },
    parents: [],
    children: [
      { relation: "testResults", model: "testResult", field: "batchId" },
      { relation: "nonconformances", model: "nonconformance", field: "batchId" },
    ],
  },
  documentRevision: {
    table: "document_revisions",
    text: "summary",
    rest: { revision: 1 },
    parents: [
      { relation: "document", field: "documentId", column: "document_id", model: "document", required: true },
      { relation: "author", field: "authorId", column: "author_id", model: "user", required: false },
    ],
    children: [],
  },
  testResult: {
    table: "test_results",
    text: "parameter",
    rest: { value: 7, unit: "pH", passed: true },
    parents: [
      { relation: "batch", field: "batchId", column: "batch_id", model: "batch", required: true },
      { relation: "document", field: "documentId", column: "document_id", model: "document", required: false },
      { relation: "analyst", field: "analystId", column: "analyst_id", model: "user", required: false },
    ],
    children: [],
  },
  nonconformance: {
    table: "nonconformances",
    text: "title",
    key: number,
    rest: { severity: "minor" },
    parents: [
      { relation: "batch", field: "batchId", column: "batch_id", model: "batch", required: false },
      { relation: "document", field: "documentId", column: "document_id", model: "document", required: false },
      { relation: "reportedBy", field: "reportedById", column: "reported_by_id", model: "user", required: false },
    ],
    children: [{ relation: "correctiveActions", model: "correctiveAction", field: "nonconformanceId" }],
  },
  correctiveAction: {
    table: "corrective_actions",
    text: "title",
    rest: {},
    parents: [
      {
        relation: "nonconformance",
        field: "nonconformanceId",
        column: "nonconformance_id",
        model: "nonconformance",
        required: true,
      },
      { relation: "assignee", field: "assigneeId", column: "assignee_id", model: "user", required: false },
    ],
    children: [],
  },
  role: {
    table: "roles",
    text: "description",
    key: { name: "name", value: (at) => `role-${at}` },
    rest: {},
    parents: [],
    children: [{ relation: "users", model: "userRole", field: "roleId" }],
  },
  userRole: {
    table: "user_roles",
    text: "",
    rest: {},
    parents: [
      { relation: "user", field: "userId", column: "user_id", model: "user", required: true },
      { relation: "role", field: "roleId", column: "role_id", model: "role", required: true },
    ],
    children: [],
  },
};

/** The number of a model in its rows' ids. */
export function modelNumber(model: ModelName): number {
  return MODEL_NAMES.indexOf(model) + 1;
}

import type { Form } from "./form.js";

/** A request as it came in. */
export interface Incoming {
  readonly method: string;
  readonly pathname: string;
  /** The query of GET and DELETE, the body of POST. */
  readonly form: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export interface Outgoing {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request and its answer, as the log keeps them. */
export interface LoggedExchange {
  readonly method: string;
  readonly path: string;
  readonly form: string;
  /** The form as it was nested. */
  readonly params: Form;
  readonly idempotencyKey: string | undefined;
  readonly requestId: string | undefined;
  /** 0 if the connection was dropped. */
  readonly status: number;
  readonly replayed: boolean;
}

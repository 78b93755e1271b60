/** The members of an error's answer, as Stripe names them. */
export interface FaultBody {
  readonly type: "api_error" | "card_error" | "idempotency_error" | "invalid_request_error";
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
  readonly decline_code?: string;
  readonly [member: string]: unknown;
}

export interface FaultOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Refused before anything was done: such an answer is not kept under an idempotency key. */
  readonly unstarted?: boolean;
}

/** An answer with an error, in Stripe's form and words. */
export class StripeFault extends Error {
  readonly status: number;
  readonly body: FaultBody;
  readonly headers: Readonly<Record<string, string>>;
  readonly unstarted: boolean;

  constructor(status: number, body: FaultBody, { headers = {}, unstarted = false }: FaultOptions = {}) {
    super(body.message);
    this.status = status;
    this.body = body.code ? { doc_url: `https://stripe.com/docs/error-codes/${body.code.replaceAll("_", "-")}`, ...body } : body;
    this.headers = headers;
    this.unstarted = unstarted;
  }
}

/** 400: the request can't be carried out as it is. */
export function invalid(message: string, details: Partial<FaultBody> = {}): StripeFault {
  return new StripeFault(400, { type: "invalid_request_error", message, ...details });
}

/** 400: the parameters themselves are wrong, so nothing began. */
export function invalidParams(message: string, details: Partial<FaultBody>): StripeFault {
  return new StripeFault(400, { type: "invalid_request_error", message, ...details }, { unstarted: true });
}

/** 404 for an object in the address, 400 for one in the parameters. */
export function missing(noun: string, id: string, param = "id"): StripeFault {
  const body: FaultBody = { type: "invalid_request_error", code: "resource_missing", message: `No such ${noun}: '${id}'`, param };
  return new StripeFault(param === "id" ? 404 : 400, body);
}

import { StripeFault } from "../world/stripe-fault.js";

/** The keys of one account: a secret one, and restricted ones with what each may do. */
export class Keys {
  readonly secret: string;
  readonly #restricted = new Map<string, readonly string[]>();
  readonly #accountId: string;

  constructor({ secret, accountId }: { secret: string; accountId: string }) {
    this.secret = secret;
    this.#accountId = accountId;
  }

  /** Makes a key that may do these things only: `customers:read`, `subscriptions:write`, `*:read`. */
  restrict(key: string, permissions: readonly string[]): void {
    this.#restricted.set(key, permissions);
  }

  /**
   * Lets a request with a good key pass.
   * @param header the Authorization header: `Bearer <key>`, or Basic with the key as its user
   * @throws StripeFault 401 without a good key, 403 for one without the right
   */
  check(header: string | undefined, { method, pathname }: { method: string; pathname: string }): void {
    const key = keyOf(header);
    if (!key) throw unauthorized(NO_KEY);
    if (key.startsWith("pk_")) throw forbidden(PUBLISHABLE, "secret_key_required");
    if (key === this.secret) return;
    const permissions = this.#restricted.get(key);
    if (!permissions) throw unauthorized(`Invalid API Key provided: ${redact(key)}`);
    const resource = pathname.split("/")[2] ?? "";
    const reads = method === "GET";
    const allowed = permissions.some((permission) => {
      const [what, right] = permission.split(":");
      return (what === "*" || what === resource) && (right === "write" || reads);
    });
    if (!allowed)
      throw forbidden(this.#missingRight(key, `${resource}_${reads ? "read" : "write"}`), "more_permissions_required");
  }

  #missingRight(key: string, right: string): string {
    return `The provided key '${redact(key)}' does not have the required permissions for this endpoint on account '${this.#accountId}'. Having the 'rak_${right}' permission would allow this request to continue.`;
  }
}

const NO_KEY =
  "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";
const PUBLISHABLE = "This API call cannot be made with a publishable API key. Please use a secret API key.";

function keyOf(header = ""): string {
  const [scheme = "", value = ""] = header.split(" ");
  if (scheme.toLowerCase() === "bearer") return value;
  if (scheme.toLowerCase() === "basic") return Buffer.from(value, "base64").toString().split(":")[0] ?? "";
  return "";
}

function redact(key: string): string {
  const prefix = /^[a-z]+_(test|live)_/.exec(key)?.[0] ?? "";
  return `${prefix}${"*".repeat(Math.max(0, key.length - prefix.length - 4))}${key.slice(-4)}`;
}

function unauthorized(message: string): StripeFault {
  const headers = { "WWW-Authenticate": 'Basic realm="Stripe"' };
  return new StripeFault(401, { type: "invalid_request_error", message }, { headers, unstarted: true });
}

function forbidden(message: string, code: string): StripeFault {
  return new StripeFault(403, { type: "invalid_request_error", message, code }, { unstarted: true });
}

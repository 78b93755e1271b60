import { AzoraError } from "../errors.js";

export const SLUG = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
export const EMAIL = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;

// The database checks all of these again (constraints on control.accounts and tenant.users);
// here they are refused before anything is sent, with the rule in the message.

/** @throws AzoraError INVALID_INPUT */
export function checkSlug(slug: string): void {
  if (SLUG.test(slug)) return;
  throw new AzoraError(
    "INVALID_INPUT",
    `"${slug}" is no slug: 1 to 63 lower-case letters, digits and hyphens, no hyphen at the ends.`,
    {
      hint: "For example: acme-quality.",
    },
  );
}

/** @throws AzoraError INVALID_INPUT for a reason that says nothing */
export function checkReason(reason: string, what: string): string {
  if (reason.trim() !== "") return reason.trim();
  throw new AzoraError("INVALID_INPUT", `${what} needs a reason.`);
}

/** @throws AzoraError INVALID_INPUT */
export function checkRegion(region: string): void {
  if (region === "" || SLUG.test(region)) return;
  throw new AzoraError("INVALID_INPUT", `"${region}" is no region: lower-case letters, digits and hyphens.`, {
    hint: "For example: eu-central.",
  });
}

/** @throws AzoraError INVALID_INPUT */
export function checkEmail(email: string): void {
  if (EMAIL.test(email) && email.length <= 254) return;
  throw new AzoraError("INVALID_INPUT", `"${email}" is not an e-mail address.`, { hint: "For example: owner@acme.test." });
}

/** @throws AzoraError INVALID_INPUT */
export function checkName(name: string): void {
  const { length } = name.trim();
  if (length >= 1 && length <= 200) return;
  throw new AzoraError("INVALID_INPUT", "A tenant's name has 1 to 200 characters.");
}

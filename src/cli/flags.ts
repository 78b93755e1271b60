import { string as stringArgument } from "@oclif/core/args";
import { boolean, option, string } from "@oclif/core/flags";

/** Arguments and flags that several commands take, worded once. */

/** oclif would otherwise wait for a missing argument on stdin. */
const ignoreStdin = true;

/** The tenant that a command is about. */
export const tenantArgument = stringArgument({ description: "Slug or id of the tenant.", required: true, ignoreStdin });

export const optionalTenantArgument = stringArgument({ description: "Slug or id of the tenant.", ignoreStdin });

export const nameArgument = stringArgument({ description: "Name of the tenant, for people.", required: true, ignoreStdin });

/** The operator that a command is about. */
export const operatorArgument = stringArgument({ description: "Login of the operator.", required: true, ignoreStdin });

/** The installation that a command is about. */
export const contextArgument = stringArgument({ description: "Name of the installation.", required: true, ignoreStdin });
/** The plan that a command is about. */
export const planArgument = stringArgument({ description: "Code of the plan.", required: true, ignoreStdin });

/** The shells that there is a completion for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** What becomes of the subscription at Stripe beside what becomes of the tenant. */
export function billingFlag<const M extends string>(modes: readonly M[], byDefault: M) {
  return option({
    description: "What becomes of the subscription at Stripe.",
    options: modes,
    default: byDefault,
  })();
}

/** The user, the role and the permission that a command inside a tenant is about. */
export const userArgument = stringArgument({ description: "E-mail address or id of the user.", required: true, ignoreStdin });
export const tenantRoleArgument = stringArgument({ description: "Name of the role.", required: true, ignoreStdin });
export const permissionArgument = stringArgument({
  description: "resource:action, such as documents:update; * for any.",
  required: true,
  ignoreStdin,
});

/** In which tenant, and in whose name: what all commands inside a tenant take. */
export const insideFlags = {
  tenant: string({ description: "Slug or id; an id where there is no control plane.", required: true }),
  as: string({ description: "Act as this user of the tenant, with what its roles hold.", helpValue: "USER" }),
};

export const roleFlag = option({
  description: "What the operator may do; each role includes the one after it.",
  options: ["vendor-admin", "billing", "support"] as const,
  required: true,
});

export const passwordFileFlag = string({
  description: "Write the password into this new file (mode 0600), not on the screen.",
  helpValue: "FILE",
});

export const expiresFlag = string({ description: "The login expires after this: 90m, 12h, 30d.", helpValue: "SPAN" });

/** A flag that is there or not. oclif leaves it undefined when it isn't, whatever its type says. */
export function switchFlag(options: {
  readonly description: string;
  readonly char?: "y";
  readonly exclusive?: string[];
}): ReturnType<typeof boolean<boolean>> {
  return boolean<boolean>({ default: false, ...options });
}

export const dryRunFlag = switchFlag({ description: "Show what would be done, and change nothing." });

export const yesFlag = switchFlag({ char: "y", description: "Don't ask: needed where there is no terminal." });

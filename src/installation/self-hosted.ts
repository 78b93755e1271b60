import type { Config } from "../config.js";
import type { Engine, Login } from "../database/engine.js";
import { AzoraError } from "../errors.js";

/** Whether accounts can be asked for: by an operator's login, or where there are no operators by the owner's. */
export function hasControlPlane({ engine, mode, controlUrl, ownerUrl }: Config): boolean {
  return engine.value === "embedded" || (mode.value === "self-hosted" ? ownerUrl : controlUrl) !== undefined;
}

/** The same engine, on which the owner does what is an operator's: the same functions, under its own name. */
export function ownerInControl(engine: Engine): Engine {
  const loginFor = (login: Login) => (login === "control" ? "owner" : login);
  return {
    ...engine,
    describe: (login) => engine.describe(loginFor(login)),
    pool: (login) => engine.pool(loginFor(login)),
  };
}

export function needsOwner(): AzoraError {
  return new AzoraError(
    "NOT_CONFIGURED",
    "This installation is self-hosted: it has no operators, and this is done with the owner's login.",
    {
      hint: "Set AZORA_OWNER_URL (or AZORA_OWNER_URL_FILE) for this command.",
    },
  );
}

export function billsNobody(): AzoraError {
  return new AzoraError("BILLING_NOT_CONFIGURED", "This installation is self-hosted: nobody is billed.", {
    hint: "Billing is a vendor's: make an operator (`azora operator:create --role billing`) and set AZORA_CONTROL_URL.",
  });
}

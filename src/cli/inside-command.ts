import type { OpenTenantInput } from "../installation/open-tenant.js";
import { AzoraCommand } from "./base-command.js";
import { operatorName } from "./operator-name.js";

/** What the flags say of where a command works. */
interface InsideFlags {
  readonly tenant: string;
  readonly as: string | undefined;
}

interface Change {
  readonly changed: boolean;
  readonly dryRun: boolean;
}

/** What is said of a change, by what became of it; each ends a sentence. */
interface ChangeWords {
  readonly done: string;
  readonly would: string;
  readonly already: string;
}

/** What commands that work inside one tenant share. */
export abstract class InsideCommand extends AzoraCommand {
  /** Where the command works, and in whose name. */
  protected where({ tenant, as }: InsideFlags): OpenTenantInput {
    const config = this.settings();
    return { config, tenant, operator: operatorName(config), as };
  }

  /** Says whether something was changed, would be, or was so already. */
  protected sayChange({ changed, dryRun }: Change, { done, would, already }: ChangeWords): void {
    if (!changed) this.note(`${already}; nothing was changed.`);
    else if (dryRun) this.note(`Dry run: ${would}; nothing was changed.`);
    else this.done(`${done}.`);
  }
}

import { Document, isMap } from "yaml";
import type { Tenant } from "../tenant.js";
import type { DeclaredTenant } from "./parse.js";

/**
 * Writes tenants as YAML that `tenant:apply` reads, and that changes nothing when it is applied. A tenant whose
 * purge is scheduled stands in it without a status, which leaves it as it is.
 */
export function writeManifest(tenants: readonly Tenant[]): string {
  // Older readers take `yes` and `1:30` for something else than text: those are quoted.
  const document = new Document({ tenants: tenants.map(declare) }, { compat: "yaml-1.1", aliasDuplicateObjects: false });
  for (const [at, { status }] of tenants.entries()) {
    const node = document.getIn(["tenants", at]);
    if (isMap(node) && !isDeclarable(status)) node.commentBefore = ` ${status}: it has no status here, and stays so`;
  }
  return document.toString({ lineWidth: 0 });
}

/** What a manifest says of a tenant that is to stay as it is. */
export function declare({ slug, name, contactEmail, plan, status, region, metadata }: Tenant): DeclaredTenant {
  return {
    slug,
    name,
    ownerEmail: contactEmail,
    ...(plan !== null && { plan }),
    ...(isDeclarable(status) && { status }),
    ...(region !== null && { region }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
}

function isDeclarable(status: Tenant["status"]): status is "active" | "suspended" {
  return status === "active" || status === "suspended";
}

import type { Exemption } from "./finding.js";

/** Whether an exemption is meant for an object: by its whole name, or by its beginning before a `*`. */
export function covers({ object: pattern }: Exemption, object: string): boolean {
  return pattern.endsWith("*") ? object.startsWith(pattern.slice(0, -1)) : object === pattern;
}

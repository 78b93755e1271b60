import type { World } from "../world/world.js";

/** What a handler is given: the account, the ids in the address, and the parameters as their types say. */
export interface Call<P> {
  readonly world: World;
  /** The ids in the address, from left to right. */
  readonly id: string;
  readonly innerId: string;
  readonly params: P;
}

export interface Route {
  readonly method: string;
  readonly path: string;
  /** Parameters that the handler acts on, as `items.price`; any other is refused, not passed over. */
  readonly takes: readonly string[];
  readonly run: (call: Call<never>) => object;
}

/**
 * One request that the counterpart answers.
 * @param address method and path, `POST /v1/customers/{id}`
 * @param takes names of parameters with a space between; `*` after a dot for any name
 */
export function route<P, R extends object>(address: string, takes: string, run: (call: Call<P>) => R): Route {
  const [method = "", path = ""] = address.split(" ");
  return { method, path, takes: takes.split(/\s+/).filter(Boolean), run };
}

export interface Match {
  readonly route: Route;
  readonly ids: readonly string[];
}

/** Finds the route of a path; a fixed part goes before an id. */
export function matchRoute(routes: readonly Route[], method: string, pathname: string): Match | undefined {
  const parts = pathname.split("/");
  const found = routes.flatMap((candidate) => {
    const wanted = candidate.path.split("/");
    const fits =
      candidate.method === method &&
      wanted.length === parts.length &&
      wanted.every((part, at) => part === parts[at] || (part.startsWith("{") && parts[at]));
    const ids = wanted.flatMap((part, at) => (part.startsWith("{") ? [decodeURIComponent(parts[at] ?? "")] : []));
    return fits ? [{ route: candidate, ids }] : [];
  });
  return found.sort((a, b) => a.ids.length - b.ids.length)[0];
}

/** Parameters, of those sent, that a handler doesn't act on. */
export function untaken({ takes }: Route, leaves: readonly string[]): string[] {
  return leaves.filter(
    (leaf) =>
      leaf !== "expand" && !takes.some((name) => (name.endsWith(".*") ? leaf.startsWith(name.slice(0, -1)) : name === leaf)),
  );
}

/** Where a value came from; `from` names the variable or the file. */
export interface Setting<T> {
  readonly value: T;
  readonly source: "flag" | "environment" | "file" | "default";
  readonly from: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export function byDefault<T>(value: T, from: string): Setting<T> {
  return { value, source: "default", from };
}

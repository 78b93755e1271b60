/** Whether a value that somebody else wrote is what it has to be. */
export type Shape = (value: unknown) => boolean;

export const text: Shape = (value) => typeof value === "string";
export const flag: Shape = (value) => typeof value === "boolean";
export const anything: Shape = () => true;

/** A whole number, 0 or more. */
export const count: Shape = (value) => Number.isSafeInteger(value) && (value as number) >= 0;

export const oneOf =
  (...values: readonly unknown[]): Shape =>
  (value) =>
    values.includes(value);

export const orNull =
  (shape: Shape): Shape =>
  (value) =>
    value === null || shape(value);

export const listOf =
  (shape: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every(shape);

/** An object with these fields of its own, whatever else it has. @param optional may be left out */
export const record =
  (fields: Readonly<Record<string, Shape>>, optional: Readonly<Record<string, Shape>> = {}): Shape =>
  (value) => {
    if (!isObject(value)) return false;
    const holds = ([name, shape]: [string, Shape]) => Object.hasOwn(value, name) && shape(value[name]);
    const isLeftOut = (name: string) => !Object.hasOwn(value, name) || value[name] === undefined;
    return (
      Object.entries(fields).every(holds) &&
      Object.entries(optional).every(([name, shape]) => isLeftOut(name) || holds([name, shape]))
    );
  };

/** An object with any names. */
export const mapOf =
  (shape: Shape): Shape =>
  (value) =>
    isObject(value) && Object.values(value).every(shape);

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

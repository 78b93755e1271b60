/** The part of `pg` that its types leave out: how a value becomes a parameter's text. */
declare module "pg/lib/utils.js" {
  export function prepareValue(value: unknown): string | Buffer | null;
}

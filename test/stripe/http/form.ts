/** A form as it was nested, every leaf still a string. */
export interface Form {
  [name: string]: string | Form;
}

/**
 * Reads `a[b][0]=c` as Stripe does: brackets nest, `[]` counts on, `+` is a space. Whether
 * numbered keys are a list only the parameter's type says.
 */
export function readForm(text: string): Form {
  const form: Form = Object.create(null);
  for (const [key, value] of new URLSearchParams(text)) assign(form, keysOf(key), value);
  return form;
}

function keysOf(key: string): string[] {
  const [head = ""] = key.split("[", 1);
  return [head, ...[...key.slice(head.length).matchAll(/\[([^\]]*)\]/g)].map(([, inner = ""]) => inner)];
}

function assign(form: Form, [key = "", ...rest]: readonly string[], value: string): void {
  const name = key === "" ? String(Object.keys(form).length) : key;
  if (rest.length === 0) {
    form[name] = value;
    return;
  }
  const inner = form[name];
  const nested: Form = typeof inner === "object" ? inner : Object.create(null);
  form[name] = nested;
  assign(nested, rest, value);
}

/** The leaves of a form, as `items.price`: what a handler says it understands. */
export function leavesOf(form: Form, prefix = ""): string[] {
  return Object.entries(form).flatMap(([name, value]) => {
    const path = /^\d+$/.test(name) ? prefix : `${prefix}${prefix && "."}${name}`;
    return typeof value === "string" ? [path] : leavesOf(value, path);
  });
}

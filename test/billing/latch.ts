/** Something that is waited for until somebody lets it happen. */
export function latch(): { readonly opened: Promise<void>; readonly open: () => void } {
  let resolveNow: (() => void) | undefined;
  const opened = new Promise<void>((resolve) => {
    resolveNow = resolve;
  });
  return { opened, open: () => resolveNow?.() };
}

/** What a signal does instead of ending the process at once. */
let onSignal: (() => void) | undefined;

/** Waits for the first SIGINT or SIGTERM, for what has to be put down first; the next one ends the process as always. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    onSignal = resolve;
  });
}

/** @returns false when nobody waits for a signal: then it ends the process */
export function passSignal(): boolean {
  const waiting = onSignal;
  onSignal = undefined;
  waiting?.();
  return waiting !== undefined;
}

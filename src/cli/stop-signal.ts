/** What a signal does instead of ending the process at once: for what has to be put down first. */
let putDown: (() => void) | undefined;

/** From now on the first SIGINT or SIGTERM calls this; the next one ends the process as always. */
export function onStopSignal(stop: () => void): void {
  putDown = stop;
}

/** @returns false when nothing has to be put down, or is being put down already */
export function stopGently(): boolean {
  const stop = putDown;
  putDown = undefined;
  stop?.();
  return stop !== undefined;
}

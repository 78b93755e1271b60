/**
 * For what strangers can cause as often as they like: says something at most once in a while, and with
 * the next how often it kept quiet.
 * @param everyMs milliseconds
 */
export function seldom(say: (text: string) => void, everyMs = 5000): (text: string) => void {
  let saidAt = Number.NEGATIVE_INFINITY;
  let kept = 0;
  return (text) => {
    const now = performance.now();
    if (now - saidAt < everyMs) {
      kept += 1;
      return;
    }
    say(kept > 0 ? `${text} (and ${kept} more since the last time)` : text);
    saidAt = now;
    kept = 0;
  };
}

import type { Io } from "./io.js";

/** How far some long work is. */
export interface ProgressState {
  /** What is under way, where the work has parts. */
  readonly label?: string;
  readonly done?: number;
  readonly total?: number;
  /** What is counted: "rows". */
  readonly unit?: string;
}

export interface Progress {
  update(state: ProgressState): void;
}

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const REDRAW_MS = 100;
const LOG_MS = 10_000;

/**
 * Shows on stderr that long work goes on: a line drawn again and again on a terminal, a line
 * now and then in a log. Whatever it drew is gone when the work ends, however it ends.
 */
export async function withProgress<T>({ err }: Io, label: string, work: (progress: Progress) => Promise<T>): Promise<T> {
  const startedAt = Date.now();
  let state: ProgressState = {};
  let frame = 0;
  const draw = () => {
    const text = `${state.label ?? label}${describe(state, (Date.now() - startedAt) / 1000)}`;
    if (!err.isLive) return err.write(text);
    frame = (frame + 1) % FRAMES.length;
    // Longer than the line, it would wrap and could not be drawn over.
    err.stream.write(`\r\u001b[2K${err.colour.cyan(FRAMES[frame] ?? "")} ${text.slice(0, err.width - 3)}`);
  };
  if (err.isLive) draw();
  const timer = setInterval(draw, err.isLive ? REDRAW_MS : LOG_MS);
  timer.unref();
  try {
    return await work({
      update(next) {
        state = { ...state, ...next };
      },
    });
  } finally {
    clearInterval(timer);
    if (err.isLive) err.stream.write("\r\u001b[2K");
  }
}

/** ": 1,200 of 5,000 rows, 400/s, 10 s left" */
function describe({ done, total, unit = "rows" }: ProgressState, seconds: number): string {
  if (done === undefined) return " …";
  const rate = seconds > 0.5 ? done / seconds : 0;
  const amount = `${done.toLocaleString("en-US")}${total ? ` of ${total.toLocaleString("en-US")}` : ""} ${unit}`;
  const speed = rate > 0 ? `, ${Math.round(rate).toLocaleString("en-US")}/s` : "";
  const left = total && rate > 0 ? `, ${Math.ceil(Math.max(0, total - done) / rate)} s left` : "";
  return `: ${amount}${speed}${left}`;
}

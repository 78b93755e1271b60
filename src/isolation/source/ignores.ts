import type { SourceRule } from "./source-rule.js";

export const IGNORE_WITHOUT_REASON: SourceRule = {
  id: "ignore-without-reason",
  title: "Every azora-ignore comment names a rule and a reason.",
  severity: "low",
};

/** `// azora-ignore raw-query-unsafe: the table's name comes from the catalog` */
export interface Ignore {
  readonly rule: string;
  /** Empty when the comment has none: it then accepts nothing. */
  readonly reason: string;
  readonly file: string;
  /** Where the comment is. */
  readonly line: number;
  /** The line that it accepts: its own, or the next where it stands alone. */
  readonly accepts: number;
}

/** A comment of a file: its text without the signs around it, and its line. */
export interface Comment {
  readonly text: string;
  readonly line: number;
}

/** The comments among them that accept a line. */
export function findIgnores(file: string, content: string, comments: readonly Comment[]): Ignore[] {
  const lines = content.split("\n");
  return comments.flatMap(({ text, line }) => {
    const [, rule, reason = ""] = /^[\s/*]*azora-ignore\b[ \t]*([\w-]*)[ \t]*(?::[ \t]*(.*))?$/m.exec(text) ?? [];
    if (rule === undefined) return [];
    const isAlone = /^\s*(\/\/|\/\*|\{\/\*)/.test(lines[line - 1] ?? "");
    return [
      {
        rule,
        reason: rule === "" ? "" : reason.replace(/\*+\/?\}?\s*$/, "").trim(),
        file,
        line,
        accepts: isAlone ? line + 1 : line,
      },
    ];
  });
}

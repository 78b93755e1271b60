import type { Finding } from "../finding.js";
import type { Target } from "../target.js";
import type { RuleResult } from "../verification.js";
import { CODE_RULES, checkCode } from "./code/check-code.js";
import { CODE_EXTENSIONS, MIXED_EXTENSIONS } from "./code/parse.js";
import { findFiles, matchFiles, readFiles, readOneFile } from "./files.js";
import { isGenerated } from "./generated.js";
import { findIgnores, IGNORE_WITHOUT_REASON, type Ignore } from "./ignores.js";
import { schemaComments } from "./schema/blocks.js";
import { checkSchemas } from "./schema/check-schemas.js";
import { SCHEMA_RULES } from "./schema/rules.js";
import { type Fault, type SourceRule, Survey, toFinding } from "./source-rule.js";
import { UNREADABLE } from "./unreadable.js";

export interface SourceInput {
  /** Relative paths and globs start here, and findings name their files from here. */
  readonly directory: string;
  /** Prisma schema files: paths, directories or globs. */
  readonly schemas: readonly string[];
  /** The application's source: paths, directories or globs. */
  readonly sources: readonly string[];
  readonly target: Target;
}

export interface SourceAnswer {
  readonly results: readonly RuleResult[];
  readonly findings: readonly Finding[];
  /** Findings that a comment in the source accepts, with its reason. */
  readonly accepted: readonly (Finding & { readonly reason: string })[];
  /** Comments that accept nothing: what they accepted is gone. */
  readonly stale: readonly { readonly object: string; readonly rule: string; readonly reason: string; readonly why: string }[];
  /** What couldn't be told, and why. */
  readonly unclear: readonly string[];
}

const CODE = [...CODE_EXTENSIONS, ...MIXED_EXTENSIONS];

const ALWAYS = [UNREADABLE, IGNORE_WITHOUT_REASON] as const;

/**
 * Holds the application's own files against the rules: its Prisma schema and its code. Reads files and changes nothing.
 * @throws AzoraError INVALID_INPUT for a path or glob that names no file
 */
export async function checkSource({ directory, schemas, sources, target }: SourceInput): Promise<SourceAnswer> {
  const survey = new Survey();
  const schemaFiles = await readFiles(directory, await findFiles({ directory, patterns: schemas, extensions: ["prisma"] }));
  const tenantModels = checkSchemas(schemaFiles, target, survey);
  const ignores = schemaFiles.flatMap(({ path, content }) => findIgnores(path, content, schemaComments(content)));

  const connecting = await matchFiles({ directory, patterns: target.connections ?? [], extensions: CODE });
  const paths = await findFiles({ directory, patterns: sources, extensions: CODE });
  for (const path of paths) {
    // One at a time: a syntax tree is many times larger than its text.
    const file = await readOneFile(directory, path);
    if (isGenerated(file, schemaFiles)) continue;
    const comments = checkCode({ file, mayConnect: connecting.includes(path), survey });
    ignores.push(...findIgnores(file.path, file.content, comments));
  }
  const rules = [...ALWAYS, ...(schemas.length > 0 ? SCHEMA_RULES : []), ...(sources.length > 0 ? CODE_RULES : [])];
  const isAimless = schemas.length > 0 && tenantModels === 0;
  const unclear = isAimless
    ? [`No model in ${schemas.join(", ")} is in a schema of tenants (${target.schemas.join(", ")}).`]
    : [];
  return { ...judge({ survey, ignores, rules }), unclear };
}

interface Judgement {
  readonly survey: Survey;
  readonly ignores: readonly Ignore[];
  readonly rules: readonly SourceRule[];
}

function judge({ survey, ignores, rules }: Judgement): Omit<SourceAnswer, "unclear"> {
  for (const ignore of ignores) {
    survey.count(IGNORE_WITHOUT_REASON);
    if (ignore.reason === "") survey.add(withoutReason(ignore));
  }
  const used = new Set<Ignore>();
  const findings: Finding[] = [];
  const accepted: (Finding & { reason: string })[] = [];
  for (const fault of survey.faults) {
    const ignore = ignores.find((each) => accepts(each, fault));
    if (ignore) {
      used.add(ignore);
      accepted.push({ ...toFinding(fault), reason: ignore.reason });
    } else {
      findings.push(toFinding(fault));
    }
  }
  return {
    results: rules.map(({ id, title, severity }) => ({
      id,
      layer: "source",
      title,
      severity,
      checked: survey.checked.get(id) ?? 0,
      found: findings.filter(({ rule }) => rule === id).length,
    })),
    findings,
    accepted,
    stale: ignores
      .filter((ignore) => ignore.reason !== "" && !used.has(ignore))
      .map(({ rule, reason, file, line }) => ({ object: `file ${file}:${line}`, rule, reason, why: "Nothing is found there." })),
  };
}

function accepts({ rule, reason, file, accepts: line }: Ignore, fault: Fault): boolean {
  return reason !== "" && rule === fault.rule.id && file === fault.place.file && line === fault.place.line;
}

function withoutReason({ file, line, rule }: Ignore): Fault {
  return {
    rule: IGNORE_WITHOUT_REASON,
    place: { file, line },
    allows: "It accepts nothing; whoever reads it may believe that it does.",
    evidence: rule === "" ? "The comment names no rule." : `The comment on ${rule} has no reason.`,
    fix: `// azora-ignore ${rule || "RULE"}: REASON`,
  };
}

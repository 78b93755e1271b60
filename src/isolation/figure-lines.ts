import type { Figures } from "./verification.js";

/** A figure in words, the same for page and terminal. */
export interface FigureLine {
  readonly value: string;
  readonly title: string;
  readonly detail: string;
  /** Null where nobody looked. */
  readonly good: boolean | null;
}

/** The three figures of a verification. */
export function figureLines(figures: Figures): readonly FigureLine[] {
  const { recordsWithAccount, notCounted, tablesWithAccount, controlPlaneSelects, cascades } = figures;
  const share = recordsWithAccount ?? tablesWithAccount;
  return [
    {
      value: percent(share.carrying, share.total),
      title: "of records carry the account",
      detail: recordsWithAccount
        ? `${number(recordsWithAccount.carrying)} of ${number(recordsWithAccount.total)} records in ${number(tablesWithAccount.carrying)} of ${number(tablesWithAccount.total)} tables`
        : `by the catalog: NOT NULL in ${number(tablesWithAccount.carrying)} of ${number(tablesWithAccount.total)} tables; records not counted${notCounted === null ? "" : ` (${notCounted})`}`,
      good: share.carrying === share.total && tablesWithAccount.carrying === tablesWithAccount.total,
    },
    {
      value: controlPlaneSelects ? number(controlPlaneSelects.possible) : "–",
      title: "cross-tenant SELECTs in the control plane",
      detail: controlPlaneSelects
        ? `${number(controlPlaneSelects.tried)} tried, on every tenant object`
        : "not tried: probes were not run",
      good: controlPlaneSelects ? controlPlaneSelects.possible === 0 : null,
    },
    {
      value: `${number(cascades.cascading)} of ${number(cascades.total)}`,
      title: "paths from an account CASCADE",
      detail: "a tenant's deletion takes every row it has",
      good: cascades.cascading === cascades.total,
    },
  ];
}

/** Rounded down: 99.999 % is not all. */
function percent(part: number, whole: number): string {
  if (whole === 0) return "no records";
  return part === whole ? "100 %" : `${(Math.floor((part / whole) * 1000) / 10).toFixed(1)} %`;
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}

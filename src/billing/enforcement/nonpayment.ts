/** What comes next for a tenant that doesn't pay: the time that is given begins, then reading only, then nothing. */
export type NonpaymentStep = "grace" | "read-only" | "suspend";

/** A tenant that owes, and what comes next for it. */
export interface OwingTenant {
  readonly accountId: string;
  readonly slug: string;
  /** Null when nothing comes after what it has: nobody is purged for non-payment. */
  readonly step: NonpaymentStep | null;
  readonly pastDueSince: Date;
  /** Until when non-payment has no consequence; null while that time has not begun. */
  readonly graceUntil: Date | null;
  /** From when on the step is due. */
  readonly dueAt: Date | null;
  readonly isDue: boolean;
}

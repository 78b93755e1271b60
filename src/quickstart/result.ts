import type { Receipt } from "../control-plane/receipt.js";
import type { Attempt } from "./events.js";

export interface QuickstartTenant {
  /** The part it plays in the story. */
  readonly part: "A" | "B" | "C";
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly plan: string;
  /** Rows after loading, the audit log left out. */
  readonly records: number;
}

/** Rows of one account over all tenant tables, as a hash of every row in its order. */
export interface Fingerprint {
  readonly rows: number;
  readonly sha256: string;
}

export interface Neighbour {
  readonly slug: string;
  readonly before: Fingerprint;
  readonly after: Fingerprint;
}

export interface PurgeProof {
  readonly slug: string;
  readonly receipt: Receipt;
  /** Counted by the owner's login before; the receipt says the same. */
  readonly rowsBefore: number;
  readonly rowsLeft: number;
  /** Checked with the public key that the database publishes. */
  readonly signatureValid: boolean;
  readonly neighbours: readonly Neighbour[];
}

export interface VendorProof {
  readonly login: string;
  readonly tables: number;
  readonly columns: number;
  /** Statements tried; each was refused with SQLSTATE 42501. */
  readonly tried: number;
  readonly refused: number;
  /** Rights on tenant tables and columns that the catalog knows of, each of which would be one too many. */
  readonly rights: number;
}

export interface ExportedLog {
  readonly log: string;
  /** Below the directory of the run. */
  readonly file: string;
  readonly entries: number;
}

/** The three figures, each counted at the end of the run. */
export interface Figures {
  readonly recordsWithAccountId: { readonly carrying: number; readonly total: number; readonly percent: number };
  readonly rowsVisibleToControlPlane: { readonly visible: number; readonly total: number };
  readonly deletion: {
    readonly tables: number;
    /** Tables whose foreign key to control.accounts is ON DELETE CASCADE. */
    readonly cascading: number;
    readonly rowsDeleted: number;
    readonly rowsLeft: number;
  };
}

export interface QuickstartResult {
  readonly engine: { readonly kind: string; readonly version: string };
  readonly seconds: number;
  /** The directory that was kept; null when nothing is left. */
  readonly kept: string | null;
  readonly tenants: readonly QuickstartTenant[];
  readonly attempts: readonly Attempt[];
  readonly controlPlane: VendorProof;
  readonly purge: PurgeProof;
  readonly logs: readonly ExportedLog[];
  readonly figures: Figures;
}

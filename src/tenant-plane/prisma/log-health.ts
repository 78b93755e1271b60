/**
 * Whether the audit log takes lines. While it does, the rows of a read are handed over when
 * they are here, and their line, which the server has in hand by then, is committed a moment
 * later. After one that could not be written nobody gets rows before their line is committed,
 * until one is.
 */
export class LogHealth {
  #failing = false;

  get isFailing(): boolean {
    return this.#failing;
  }
  written(): void {
    this.#failing = false;
  }
  failed(): void {
    this.#failing = true;
  }
}

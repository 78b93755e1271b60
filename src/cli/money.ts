// Stripe's own list: what has no minor unit there, and what has three places. All else has two.
const WHOLE = new Set("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split(" "));
const THOUSANDTHS = new Set("BHD JOD KWD OMR TND".split(" "));

/**
 * Minor units as people write them: `19000`, `EUR` gives `190.00 EUR`. Digits are moved; nothing is divided.
 * @param currency ISO 4217, in any case
 */
export function formatMoney(amount: number, currency: string): string {
  const code = currency.toUpperCase();
  const places = WHOLE.has(code) ? 0 : THOUSANDTHS.has(code) ? 3 : 2;
  const digits = String(Math.abs(amount)).padStart(places + 1, "0");
  const cut = digits.length - places;
  const text = places === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`;
  return `${amount < 0 ? "-" : ""}${text} ${code}`;
}

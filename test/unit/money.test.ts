import { expect, it } from "vitest";
import { formatMoney } from "../../src/cli/money.js";

it.each([
  [19_000, "EUR", "190.00 EUR"],
  [5, "usd", "0.05 USD"],
  [-4550, "eur", "-45.50 EUR"],
  [500, "JPY", "500 JPY"],
  [1234, "kwd", "1.234 KWD"],
  [0, "EUR", "0.00 EUR"],
  [9_007_199_254_740_991, "EUR", "90071992547409.91 EUR"],
])("%i %s is written %s", (amount, currency, text) => {
  expect(formatMoney(amount, currency)).toBe(text);
});

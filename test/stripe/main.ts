import { startStripe } from "./start.js";

/** The counterpart as a process: prints where it is, ends on a signal. `tsx test/stripe/main.ts [--port N] [--key sk_test_…]` */

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};

const port = option("port");
const key = option("key");
const stripe = await startStripe({ ...(port && { port: Number(port) }), ...(key && { key }) });
process.stdout.write(`${JSON.stringify({ url: stripe.url, key: stripe.key })}\n`);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stripe.close());

import type Stripe from "stripe";
import { paginate } from "../http/list.js";
import { type Call, route } from "../http/router.js";

const PAGE = "limit starting_after ending_before";

/** Payments are made by invoices; here they are only read. */
export const paymentRoutes = [
  route(
    "GET /v1/payment_intents",
    `${PAGE} customer created created.*`,
    ({ world, params }: Call<Stripe.PaymentIntentListParams>) => {
      const wanted = world.store.all("payment_intent").filter(({ customer }) => !params.customer || customer === params.customer);
      return paginate(wanted, params, { url: "/v1/payment_intents", noun: "payment_intent" });
    },
  ),
  route("GET /v1/payment_intents/{id}", "", ({ world, id }: Call<object>) => world.store.get("payment_intent", id)),
  route(
    "GET /v1/charges",
    `${PAGE} customer payment_intent created created.*`,
    ({ world, params }: Call<Stripe.ChargeListParams>) => {
      const { customer, payment_intent: intent } = params;
      const wanted = world.store
        .all("charge")
        .filter((charge) => (!customer || charge.customer === customer) && (!intent || charge.payment_intent === intent));
      return paginate(wanted, params, { url: "/v1/charges", noun: "charge" });
    },
  ),
  route("GET /v1/charges/{id}", "", ({ world, id }: Call<object>) => world.store.get("charge", id)),
  route("GET /v1/invoice_payments", `${PAGE} invoice status`, ({ world, params }: Call<Stripe.InvoicePaymentListParams>) => {
    const { invoice, status } = params;
    const wanted = world.store
      .all("invoice_payment")
      .filter((payment) => (!invoice || payment.invoice === invoice) && (!status || payment.status === status));
    return paginate(wanted, params as object, { url: "/v1/invoice_payments", noun: "invoice_payment" });
  }),
  route("GET /v1/invoice_payments/{id}", "", ({ world, id }: Call<object>) => world.store.get("invoice_payment", id)),
];

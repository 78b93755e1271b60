import type { Includables } from "../http/expand.js";
import type { Route } from "../http/router.js";
import { accountRoutes } from "./account.js";
import { billingPortalRoutes } from "./billing-portal.js";
import { customerRoutes, subscriptionsOf } from "./customers.js";
import { eventRoutes } from "./events.js";
import { invoiceItemRoutes } from "./invoice-items.js";
import { invoiceRoutes, paymentsOf } from "./invoices.js";
import { meterEventRoutes } from "./meter-events.js";
import { meterRoutes } from "./meters.js";
import { paymentMethodRoutes } from "./payment-methods.js";
import { paymentRoutes } from "./payments.js";
import { priceRoutes } from "./prices.js";
import { productRoutes } from "./products.js";
import { subscriptionItemRoutes } from "./subscription-items.js";
import { subscriptionRoutes } from "./subscriptions.js";
import { testClockRoutes } from "./test-clocks.js";

/** Every request that is answered. */
export const ROUTES: readonly Route[] = [
  ...accountRoutes,
  ...billingPortalRoutes,
  ...customerRoutes,
  ...eventRoutes,
  ...invoiceItemRoutes,
  ...invoiceRoutes,
  ...meterEventRoutes,
  ...meterRoutes,
  ...paymentMethodRoutes,
  ...paymentRoutes,
  ...priceRoutes,
  ...productRoutes,
  ...subscriptionItemRoutes,
  ...subscriptionRoutes,
  ...testClockRoutes,
];

/** Parts that objects have only when they are expanded. */
export const INCLUDABLES: Includables = { "customer.subscriptions": subscriptionsOf, "invoice.payments": paymentsOf };

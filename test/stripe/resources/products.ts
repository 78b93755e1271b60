import type Stripe from "stripe";
import { paginate } from "../http/list.js";
import { type Call, route } from "../http/router.js";
import { newId } from "../world/ids.js";
import { emptied, mergeMetadata } from "../world/metadata.js";
import { invalid } from "../world/stripe-fault.js";
import { idOf, type World } from "../world/world.js";

const FIELDS = "active description metadata metadata.* name statement_descriptor unit_label url";

export const productRoutes = [
  route<Stripe.ProductCreateParams, Stripe.Product>("POST /v1/products", `${FIELDS} id`, ({ world, params }) =>
    createProduct(world, params),
  ),
  route("GET /v1/products", "limit starting_after ending_before active created created.* ids url", list),
  route("GET /v1/products/{id}", "", ({ world, id }: Call<object>) => world.store.get("product", id)),
  route<Stripe.ProductUpdateParams, Stripe.Product>("POST /v1/products/{id}", `${FIELDS} default_price`, update),
  route("DELETE /v1/products/{id}", "", del),
];

export function createProduct(world: World, params: Stripe.ProductCreateParams): Stripe.Product {
  if (params.id !== undefined && world.store.find("product", params.id)) {
    throw invalid("Product already exists.", { code: "resource_already_exists", param: "id" });
  }
  const now = world.now();
  const product: Stripe.Product = {
    id: params.id ?? newId("prod"),
    object: "product",
    active: params.active ?? true,
    created: now,
    default_price: null,
    description: emptied(params.description, null),
    images: [],
    livemode: world.livemode,
    marketing_features: [],
    metadata: mergeMetadata({}, params.metadata),
    name: params.name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: params.statement_descriptor ?? null,
    tax_code: null,
    tax_details: null,
    type: "service",
    unit_label: params.unit_label ?? null,
    updated: now,
    url: params.url ?? null,
  };
  return world.create("product", product, "product.created");
}

function list({ world, params }: Call<Stripe.ProductListParams>): Stripe.ApiList<Stripe.Product> {
  const wanted = world.store
    .all("product")
    .filter(
      ({ id, active, url }) =>
        (params.active === undefined || active === params.active) &&
        (!params.ids || params.ids.includes(id)) &&
        (!params.url || url === params.url),
    );
  return paginate(wanted, params, { url: "/v1/products", noun: "product" });
}

function update({ world, id, params }: Call<Stripe.ProductUpdateParams>): Stripe.Product {
  const before = world.store.get("product", id);
  if (params.default_price !== undefined) world.store.get("price", params.default_price, "default_price");
  return world.update("product", id, {
    active: params.active ?? before.active,
    default_price: params.default_price ?? before.default_price ?? null,
    description: emptied(params.description, before.description),
    metadata: mergeMetadata(before.metadata, params.metadata),
    name: params.name ?? before.name,
    statement_descriptor: params.statement_descriptor ?? before.statement_descriptor ?? null,
    unit_label: emptied(params.unit_label, before.unit_label ?? null),
    updated: world.now(),
    url: emptied(params.url, before.url),
  });
}

function del({ world, id }: Call<object>): Stripe.DeletedProduct {
  world.store.get("product", id);
  if (world.store.all("price").some(({ product }) => idOf(product) === id)) {
    throw invalid("This product cannot be deleted because it has one or more user-created prices.");
  }
  world.remove("product", id);
  return { id, object: "product", deleted: true };
}

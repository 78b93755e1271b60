-- A web shop as its makers had it: numbers for ids, everything in public, one row a shop.
CREATE TYPE order_state AS ENUM ('open', 'paid', 'shipped');

CREATE TABLE shops (
  id serial PRIMARY KEY,
  name text NOT NULL,
  domain text NOT NULL UNIQUE,
  email text
);

CREATE TABLE countries (
  code char(2) PRIMARY KEY,
  name text NOT NULL
);

CREATE TABLE customers (
  id serial PRIMARY KEY,
  shop_id integer NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
  email text NOT NULL,
  name text NOT NULL,
  country_code char(2) REFERENCES countries (code),
  invited_by_id integer REFERENCES customers (id) ON DELETE SET NULL,
  CONSTRAINT customers_shop_id_email_key UNIQUE (shop_id, email)
);

CREATE TABLE products (
  id serial PRIMARY KEY,
  shop_id integer NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
  sku text NOT NULL,
  title text NOT NULL,
  price_cents integer NOT NULL,
  active boolean NOT NULL DEFAULT true
);
CREATE UNIQUE INDEX products_sku_key ON products (lower(sku)) WHERE active;

CREATE TABLE categories (
  id serial PRIMARY KEY,
  shop_id integer NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
  title text NOT NULL
);

-- Many to many, without an id of its own.
CREATE TABLE product_categories (
  product_id integer NOT NULL REFERENCES products (id) ON DELETE CASCADE,
  category_id integer NOT NULL REFERENCES categories (id) ON DELETE CASCADE,
  PRIMARY KEY (product_id, category_id)
);

CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  customer_id integer NOT NULL REFERENCES customers (id),
  number text NOT NULL UNIQUE,
  state order_state NOT NULL DEFAULT 'open',
  placed_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE order_lines (
  order_id bigint NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  line_no integer NOT NULL,
  product_id integer NOT NULL REFERENCES products (id) ON DELETE RESTRICT,
  quantity integer NOT NULL,
  PRIMARY KEY (order_id, line_no)
);

CREATE VIEW open_orders AS SELECT o.id, o.number, c.name AS customer FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.state = 'open';

INSERT INTO countries VALUES ('DE', 'Germany'), ('NL', 'Netherlands');
INSERT INTO shops (name, domain, email) SELECT 'Shop ' || s, 'shop' || s || '.test', CASE s WHEN 1 THEN 'owner@shop1.test' END FROM generate_series(1, 3) s;
INSERT INTO customers (shop_id, email, name, country_code)
  SELECT s, 'c' || c || '@example.test', 'Customer ' || c || ' of ' || s, CASE c % 2 WHEN 0 THEN 'DE' ELSE 'NL' END
  FROM generate_series(1, 3) s, generate_series(1, 20) c;
UPDATE customers c SET invited_by_id = (SELECT min(o.id) FROM customers o WHERE o.shop_id = c.shop_id) WHERE c.id % 5 = 0;
INSERT INTO products (shop_id, sku, title, price_cents)
  SELECT s, 'S' || s || '-P' || p, 'Product ' || p, p * 100 FROM generate_series(1, 3) s, generate_series(1, 15) p;
INSERT INTO categories (shop_id, title) SELECT s, 'Category ' || c FROM generate_series(1, 3) s, generate_series(1, 4) c;
INSERT INTO product_categories SELECT p.id, c.id FROM products p JOIN categories c USING (shop_id) WHERE (p.id + c.id) % 2 = 0;
INSERT INTO orders (customer_id, number, state, placed_at)
  SELECT c.id, 'N-' || c.shop_id || '-' || c.id || '-' || n, (ARRAY['open', 'paid', 'shipped']::order_state[])[1 + (c.id + n) % 3], timestamptz '2026-01-01' + (c.id * 3 + n) * interval '1 hour'
  FROM customers c, generate_series(1, 3) n;
INSERT INTO order_lines
  SELECT o.id, l, (SELECT p.id FROM products p WHERE p.shop_id = c.shop_id ORDER BY p.id OFFSET (o.id + l) % 15 LIMIT 1), 1 + (o.id + l) % 4
  FROM orders o JOIN customers c ON c.id = o.customer_id, generate_series(1, 2) l;

-- A customer database as its makers had it: uuid ids, a schema of its own, organizations.
CREATE SCHEMA crm;
CREATE TYPE crm.stage AS ENUM ('lead', 'won', 'lost');

CREATE TABLE crm.organizations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  slug text NOT NULL UNIQUE,
  name text NOT NULL
);

CREATE TABLE crm.currencies (
  code char(3) PRIMARY KEY,
  name text NOT NULL
);

-- A person logs in by the e-mail address: unique in all organizations.
CREATE TABLE crm.users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES crm.organizations (id) ON DELETE CASCADE,
  email text NOT NULL UNIQUE,
  password_hash text NOT NULL,
  manager_id uuid REFERENCES crm.users (id) ON DELETE SET NULL
);

CREATE TABLE crm.companies (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES crm.organizations (id) ON DELETE CASCADE,
  parent_id uuid REFERENCES crm.companies (id),
  name text NOT NULL
);

CREATE TABLE crm.deals (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid REFERENCES crm.organizations (id) ON DELETE SET NULL,
  company_id uuid NOT NULL REFERENCES crm.companies (id) ON DELETE CASCADE,
  owner_id uuid REFERENCES crm.users (id) ON DELETE SET NULL,
  title text NOT NULL,
  stage crm.stage NOT NULL DEFAULT 'lead',
  amount numeric(12, 2) NOT NULL,
  currency char(3) NOT NULL REFERENCES crm.currencies (code)
);
CREATE INDEX ON crm.deals (company_id);

CREATE TABLE crm.tags (
  organization_id uuid NOT NULL REFERENCES crm.organizations (id) ON DELETE CASCADE,
  name text NOT NULL,
  PRIMARY KEY (name, organization_id)
);

CREATE TABLE crm."DealTag" (
  "dealId" uuid NOT NULL REFERENCES crm.deals (id) ON DELETE CASCADE,
  "tagName" text NOT NULL,
  organization_id uuid NOT NULL,
  PRIMARY KEY ("dealId", "tagName"),
  FOREIGN KEY ("tagName", organization_id) REFERENCES crm.tags (name, organization_id) ON DELETE CASCADE
);

-- No organization of its own: it is the deal's.
CREATE TABLE crm.notes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  deal_id uuid NOT NULL REFERENCES crm.deals (id) ON DELETE CASCADE,
  reply_to_id bigint REFERENCES crm.notes (id) ON DELETE CASCADE,
  author_id uuid REFERENCES crm.users (id),
  body text NOT NULL,
  written_at timestamptz(3) NOT NULL DEFAULT now()
);

INSERT INTO crm.currencies VALUES ('EUR', 'Euro'), ('USD', 'US dollar');
INSERT INTO crm.organizations (id, slug, name)
  SELECT ('00000000-0000-4000-8000-00000000000' || o)::uuid, 'org-' || o, 'Organization ' || o FROM generate_series(1, 3) o;
INSERT INTO crm.users (id, organization_id, email, password_hash)
  SELECT md5('user' || o.slug || u)::uuid, o.id, 'u' || u || '@' || o.slug || '.test', 'scrypt$' || md5(o.slug || u) FROM crm.organizations o, generate_series(1, 6) u;
UPDATE crm.users u SET manager_id = (SELECT m.id FROM crm.users m WHERE m.organization_id = u.organization_id ORDER BY m.email LIMIT 1) WHERE u.email NOT LIKE 'u1@%';
INSERT INTO crm.companies (id, organization_id, name)
  SELECT md5('company' || o.slug || c)::uuid, o.id, 'Company ' || c FROM crm.organizations o, generate_series(1, 10) c;
UPDATE crm.companies c SET parent_id = (SELECT p.id FROM crm.companies p WHERE p.organization_id = c.organization_id AND p.name = 'Company 1') WHERE c.name IN ('Company 2', 'Company 3');
INSERT INTO crm.deals (id, organization_id, company_id, owner_id, title, stage, amount, currency)
  SELECT md5('deal' || c.id || d)::uuid, c.organization_id, c.id, (SELECT u.id FROM crm.users u WHERE u.organization_id = c.organization_id ORDER BY u.email OFFSET d LIMIT 1),
    'Deal ' || d || ' with ' || c.name, (ARRAY['lead', 'won', 'lost']::crm.stage[])[1 + d % 3], 1000 * d, CASE d % 2 WHEN 0 THEN 'EUR' ELSE 'USD' END
  FROM crm.companies c, generate_series(1, 4) d;
INSERT INTO crm.tags SELECT o.id, t FROM crm.organizations o, unnest(ARRAY['hot', 'cold', 'renewal']) t;
INSERT INTO crm."DealTag" SELECT d.id, t.name, d.organization_id FROM crm.deals d JOIN crm.tags t USING (organization_id) WHERE md5(d.id || t.name) < '8';
INSERT INTO crm.notes (deal_id, author_id, body, written_at)
  SELECT d.id, d.owner_id, 'Note ' || n || ' on ' || d.title, timestamptz '2026-02-01' + n * interval '1 day' FROM crm.deals d, generate_series(1, 2) n;
INSERT INTO crm.notes (deal_id, reply_to_id, author_id, body, written_at)
  SELECT n.deal_id, n.id, n.author_id, 'Reply to ' || n.body, n.written_at + interval '1 hour' FROM crm.notes n WHERE md5(n.deal_id || n.body) < '6';

-- The tables that the contenders besides azora work in: the same columns, keys, foreign keys and
-- indexes as azora's, made by the schema's defaults of PostgreSQL 18 instead of the guard's.

CREATE SCHEMA control;
CREATE SCHEMA tenant;
CREATE TYPE tenant.document_status AS ENUM ('draft', 'in_review', 'effective', 'obsolete');

CREATE TABLE control.accounts (
  id uuid PRIMARY KEY,
  slug text NOT NULL UNIQUE,
  name text NOT NULL,
  contact_email text NOT NULL
);

CREATE TABLE tenant.users (
  account_id uuid NOT NULL REFERENCES control.accounts ON DELETE CASCADE,
  id uuid NOT NULL DEFAULT uuidv7(),
  PRIMARY KEY (account_id, id)
);

CREATE TABLE tenant.documents (
  account_id uuid NOT NULL REFERENCES control.accounts ON DELETE CASCADE,
  id uuid NOT NULL DEFAULT uuidv7(),
  number text NOT NULL,
  title text NOT NULL,
  status tenant.document_status NOT NULL DEFAULT 'draft',
  owner_id uuid,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  updated_at timestamptz(6) NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, number),
  FOREIGN KEY (account_id, owner_id) REFERENCES tenant.users (account_id, id)
);
CREATE INDEX ON tenant.documents (account_id, owner_id);

CREATE TABLE tenant.document_revisions (
  account_id uuid NOT NULL REFERENCES control.accounts ON DELETE CASCADE,
  id uuid NOT NULL DEFAULT uuidv7(),
  document_id uuid NOT NULL,
  revision integer NOT NULL,
  summary text NOT NULL,
  body text NOT NULL DEFAULT '',
  author_id uuid,
  effective_on date,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, document_id, revision),
  FOREIGN KEY (account_id, document_id) REFERENCES tenant.documents (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, author_id) REFERENCES tenant.users (account_id, id)
);
CREATE INDEX ON tenant.document_revisions (account_id, author_id);

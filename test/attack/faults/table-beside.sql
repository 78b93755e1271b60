-- A table in another schema that hangs on tenants' rows and has no account of its own.
-- rule: account-column
CREATE TABLE public.attachments (id uuid PRIMARY KEY, document_account uuid, document_id uuid,
  FOREIGN KEY (document_account, document_id) REFERENCES tenant.documents (account_id, id));

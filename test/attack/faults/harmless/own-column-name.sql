-- A protected table that calls the account otherwise.
CREATE TABLE public.shops (owner uuid NOT NULL REFERENCES control.accounts (id) ON DELETE CASCADE, nr int NOT NULL, PRIMARY KEY (owner, nr)); ALTER TABLE public.shops OWNER TO azora_owner;
SELECT guard.protect('public.shops', account_column => 'owner');

-- Bringing tables that are in use under guard: what keeps the account's column filled while the
-- application that doesn't know of it goes on writing. guard.protect() drops both triggers.

SET ROLE azora_owner;

-- Makes an account of a row of the application's own accounts table, which knows nothing of slugs
-- and contacts: each is the first column that has it, in a form that an account takes.
CREATE FUNCTION guard.register(account uuid, source jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  title constant text := coalesce(nullif(trim(source ->> 'name'), ''), nullif(trim(source ->> 'title'), ''), account::text);
  candidate text;
BEGIN
  FOREACH candidate IN ARRAY ARRAY[lower(source ->> 'slug'), trim('-' FROM left(regexp_replace(lower(title), '[^a-z0-9]+', '-', 'g'), 63)), account::text] LOOP
    CONTINUE WHEN candidate IS NULL OR candidate !~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$';
    INSERT INTO control.accounts (id, slug, name, contact_email)
    VALUES (account, candidate, left(title, 200), coalesce(
      (SELECT e FROM unnest(ARRAY[source ->> 'contact_email', source ->> 'billing_email', source ->> 'owner_email', source ->> 'email']) e
       WHERE e ~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$' LIMIT 1),
      'unknown@' || candidate || '.invalid'))
    ON CONFLICT DO NOTHING;
    EXIT WHEN EXISTS (SELECT FROM control.accounts a WHERE a.id = account);
  END LOOP;
  INSERT INTO control.subscriptions (account_id, plan_id) SELECT account, p.id FROM control.plans p WHERE p.code = 'free'
  ON CONFLICT DO NOTHING;
END
$$;

-- Before a row of the accounts table is inserted: the account it stands for. The application's
-- login has no right on schema control, so this runs as the owner.
CREATE FUNCTION guard.register_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  account constant uuid := coalesce((to_jsonb(NEW) ->> TG_ARGV[0])::uuid, gen_random_uuid());
BEGIN
  PERFORM guard.register(account, to_jsonb(NEW));
  RETURN jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], account));
END
$$;

-- Before any other row is written: the account of the row it refers to. Arguments: the account's
-- column, the table referred to, the account's column there, then pairs of columns that refer.
-- With the writer's rights: whoever may refer to a row can read it.
CREATE FUNCTION guard.fill_account() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  account uuid;
  joined  text;
BEGIN
  SELECT string_agg(format('p.%I = ($1).%I', TG_ARGV[at + 1], TG_ARGV[at]), ' AND ') INTO joined FROM generate_series(3, TG_NARGS - 1, 2) at;
  EXECUTE format('SELECT p.%I FROM %s p WHERE %s', TG_ARGV[2], TG_ARGV[1], joined) INTO account USING NEW;
  RETURN jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], account));
END
$$;

REVOKE ALL ON FUNCTION guard.register(uuid, jsonb), guard.register_account(), guard.fill_account() FROM PUBLIC;

RESET ROLE;

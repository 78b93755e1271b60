/**
 * Statements that close what only the embedded engine leaves open, run at every opening.
 * Its one session belongs to a superuser, so any way for a login to change
 * `session_authorization` in the middle of a statement would be a way around row security:
 * - set_config() can change it inside a SELECT. Taken from PUBLIC; the context is set by
 *   guard.set_context() instead, which can set nothing else.
 * - a DO block can change it between two of its statements. Without USAGE on plpgsql a
 *   login can neither run one nor create a function; only the two that own functions can.
 * A statement of its own that changes it is undone by EmbeddedSocket before the next one.
 */
export const HARDENING = `
DO $$ BEGIN CREATE ROLE azora_owner NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE azora_registrar NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO azora_owner;
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
GRANT USAGE ON LANGUAGE plpgsql TO azora_owner, azora_registrar;
`;

-- Everybody writes what everybody reads.
-- rule: shared-table
CREATE TABLE public.mailbox (body text); GRANT INSERT ON public.mailbox TO PUBLIC;

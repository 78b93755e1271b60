-- Whoever subscribes gets some columns of some rows, whosever they are.
-- rule: replication
CREATE PUBLICATION effective FOR TABLE tenant.documents (account_id, id, title) WHERE (title <> '') WITH (publish = 'insert');

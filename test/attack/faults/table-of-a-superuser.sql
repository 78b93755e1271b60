-- Functions of the table's owner pass by its policies, and it isn't a role that may.
-- rule: owner-known
ALTER TABLE tenant.documents OWNER TO CURRENT_USER;

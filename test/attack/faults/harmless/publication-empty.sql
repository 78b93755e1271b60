-- A publication of nothing.
CREATE PUBLICATION nothing;

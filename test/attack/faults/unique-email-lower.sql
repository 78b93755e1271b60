-- Who uses the service at another customer can be tried out by e-mail.
-- rule: key-across-accounts
CREATE UNIQUE INDEX users_lower_email ON tenant.users (lower(email));

/** What a check can't promise, because PostgreSQL has no way to close it: the risk, then the reason. */
export const RESIDUAL_RISKS: readonly string[] = [
  "EXPLAIN tells a tenant about how many rows the planner expects, other tenants' included: estimates are made from statistics over the whole table before row security is applied.",
  "Sizes and statistics: pg_relation_size(), pg_class.reltuples and the counters in pg_stat_* are kept by table, not by tenant. pg_stats hides the values of columns under row security, not the rest.",
  "Timing: an index that all tenants share is deeper, a page is warmer and a lock is held longer because others work too. What a statement takes therefore tells of load, not of content.",
  "Transaction ids, sequence numbers and write-ahead log positions go up with everybody's writes: whoever reads two of them learns how much was written in between.",
  "Locks and resources: all tenants share one server, one pool and one login. A tenant that is given raw SQL can make others wait, fill temporary disk space or use up connections; it sees no row by that.",
  "A tenant that is given raw SQL can change the password of its own login, and so shut the application out until an administrator sets it again.",
  "A superuser, whoever administers the server, and whoever can read its files or backups sees everything: row security is kept by the server and so binds only those whom the server binds.",
  "Logical decoding and physical replication carry all rows to whoever has the REPLICATION attribute: the roles checked here don't have it, a server has others.",
];

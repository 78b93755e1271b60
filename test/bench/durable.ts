import type { ServerSettings } from "../support/postgres-server.js";

/** As in production: nothing that was committed is lost in a crash. */
export const DURABLE: ServerSettings = {
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
  shared_buffers: "256MB",
  max_connections: 400,
  max_wal_size: "4GB",
};

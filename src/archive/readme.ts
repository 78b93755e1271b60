import { MANIFEST_PATH, SIGNATURE_PATH } from "./manifest.js";

/** What somebody finds who opens an archive without azora. */
export function readme(slug: string, exportedAt: string): string {
  return `Everything that the tenant "${slug}" has, as of ${exportedAt}.

data/TABLE/NUMBER.ndjson.gz  rows, one JSON object a line; the files of a table in their order are the table
${MANIFEST_PATH}               tables, columns and types, counts, SHA-256 of every file
${SIGNATURE_PATH}                Ed25519 over ${MANIFEST_PATH}, base64

Every value is the text that PostgreSQL has for it (dates in ISO 8601 and UTC, bytes in hex), or null.
To look at a table:  gunzip -c data/*-tenant.documents/*.gz | head
To check the signature, with the public key from where the vendor publishes it, and not from here:
  base64 -d ${SIGNATURE_PATH} > signature && openssl pkeyutl -verify -rawin -pubin -inkey vendor.pem -in ${MANIFEST_PATH} -sigfile signature
To bring it into another installation of azora:  azora tenant:import FILE --public-key vendor.pem

Nothing here is encrypted. Passwords and keys of the installation are not in it.
`;
}

import { userInfo } from "node:os";
import type { Config } from "../config.js";

/** The operator's login where there is one; otherwise whoever is logged in to this machine. */
export function operatorName({ engine, controlUrl, controlLogin }: Config): string {
  const login = engine.value === "embedded" ? controlLogin.value : controlUrl && new URL(controlUrl.value).username;
  return login ? decodeURIComponent(login) : userInfo().username;
}

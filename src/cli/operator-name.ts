import { userInfo } from "node:os";
import type { Config } from "../config.js";

/** The operator's login where there is one; otherwise whoever is logged in to this machine. */
export function operatorName({ engine, mode, controlUrl, controlLogin }: Config): string {
  if (mode.value === "self-hosted") return userInfo().username;
  const login = engine.value === "embedded" ? controlLogin.value : controlUrl && new URL(controlUrl.value).username;
  return login ? decodeURIComponent(login) : userInfo().username;
}

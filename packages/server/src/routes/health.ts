import { PROTOCOL } from "@runwire/core/protocol";
import { json } from "../reply.ts";
import type { Route } from "../route.ts";

/** For load balancers: this process answers. It does not look at the log, whose failure a restart would not mend. */
export const health: Route = {
  method: "GET",
  path: "/health",
  handle: () => json({ status: "ok", protocol: PROTOCOL }),
};

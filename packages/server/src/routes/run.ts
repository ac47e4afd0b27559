import { findRun, param, unknownRun } from "../context.ts";
import { json } from "../reply.ts";
import type { Route } from "../route.ts";

/** The run's folded state: everything that is there to see. */
export const getRun: Route = {
  method: "GET",
  path: "/runs/:run",
  action: (params) => ({ type: "read", run: param({ params }, "run") }),
  async handle(context) {
    const { run } = await findRun(context, param(context, "run"));
    const state = await context.runtime.state(run);
    if (state === undefined) throw unknownRun(run);
    return json(state);
  },
};

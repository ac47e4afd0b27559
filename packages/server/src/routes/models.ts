import { json } from "../reply.ts";
import type { Route } from "../route.ts";

/** The models that a request may start a run with, each with the agents that ask it first when a request names none. */
export const listModels: Route = {
  method: "GET",
  path: "/models",
  action: () => ({ type: "list-models" }),
  handle({ runtime: { agents, models }, clientModels }) {
    const names = [...agents.keys()];
    const defaultFor = (model: string) => names.filter((name) => models.defaultOf(name) === model);
    return json({
      models: clientModels.map((name) => ({ name, defaultFor: defaultFor(name) })),
    });
  },
};

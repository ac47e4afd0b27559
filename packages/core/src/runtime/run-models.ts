import type { EventLog } from "../log/event-log.ts";
import type { Model } from "../model.ts";
import { RunwireError } from "../runwire-error.ts";

/** Which model answers for an agent in a run of this process. */
export interface RunModels {
  /** The run's own, else the agent's. Throws `no-model`. */
  get(run: string, agent: string): Model;
  /** Gives a run a model of its own; the first one stays. The answer takes it back. */
  set(run: string, model: Model | undefined): () => void;
  /** Lets go of the run's own model if the run cannot come back to this process any more. */
  forget(run: string): Promise<void>;
}

export function runModels(log: EventLog, ofAgent: (agent: string) => Model | undefined): RunModels {
  const own = new Map<string, Model>();
  return {
    get(run, agent) {
      const model = own.get(run) ?? ofAgent(agent);
      if (model !== undefined) return model;
      throw new RunwireError("no-model", {
        message: `Agent "${agent}" has no model. Give it one (\`agent({ model })\`), or the run or the runtime.`,
      });
    },
    set(run, model) {
      if (model === undefined || own.has(run)) return () => {};
      own.set(run, model);
      return () => own.delete(run);
    },
    async forget(run) {
      if (!own.has(run)) return;
      const info = await log.find(run).catch(() => ({ status: "unknown" }));
      if (info === undefined || info.status === "ended") own.delete(run);
    },
  };
}

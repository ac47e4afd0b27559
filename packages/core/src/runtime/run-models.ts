import type { AgentDefinition } from "../definition.ts";
import type { EventLog } from "../log/event-log.ts";
import type { Model } from "../model.ts";
import type { ModelChoice, ModelContext } from "../model-choice.ts";
import type { Models } from "../models.ts";
import { RunwireError } from "../runwire-error.ts";

/** Which models answer in the runs of this process. */
export interface RunModels {
  /**
   * What an agent asks in its next step, in order: what the run was started with, here or (`named`) anywhere, else the
   * agent's own, else the runtime's. Rejects with `no-model`, `unknown-model`, or what the agent's own choice throws.
   */
  choose(ctx: ModelContext, named: string | undefined): Promise<readonly Model[]>;
  /** @throws RunwireError `unknown-model` when a name stands for nothing here. */
  check(choice: ModelChoice | undefined): void;
  /** Gives a run models of its own, which only this process knows; the first stays. The answer takes them back. */
  set(run: string, choice: ModelChoice | undefined): () => void;
  /** Lets go of the run's own models if the run cannot come back to this process any more. */
  forget(run: string): Promise<void>;
}

export interface RunModelsOptions {
  readonly log: EventLog;
  readonly agent: (name: string) => AgentDefinition | undefined;
  readonly models: Models | undefined;
  /** For agents that have none. */
  readonly model: ModelChoice | undefined;
}

export function runModels({ log, agent, models, model }: RunModelsOptions): RunModels {
  const own = new Map<string, ModelChoice>();

  const resolve = (choice: ModelChoice): readonly Model[] => {
    const refs = Array.isArray(choice) ? (choice as readonly (Model | string)[]) : [choice];
    return refs.flatMap((ref) => (typeof ref === "string" ? named(ref) : [ref as Model]));
  };

  const named = (name: string): readonly Model[] => {
    const found = models?.get(name);
    if (found !== undefined) return found;
    const known =
      models === undefined
        ? "This runtime knows none: give it `models`."
        : `Known models: ${models.names.join(", ") || "none"}.`;
    throw new RunwireError("unknown-model", {
      message: `There is no model named ${JSON.stringify(name)}. ${known}`,
    });
  };

  return {
    async choose(ctx, startedWith) {
      const rule = own.get(ctx.run) ?? startedWith ?? agent(ctx.agent)?.model ?? model;
      const choice = typeof rule === "function" ? await rule(ctx) : rule;
      const chosen = choice === undefined ? [] : resolve(choice);
      if (chosen.length > 0) return chosen;
      throw new RunwireError("no-model", {
        message: `Agent "${ctx.agent}" has no model. Give it one (\`agent({ model })\`), or the run or the runtime.`,
      });
    },
    check(choice) {
      if (choice !== undefined) resolve(choice);
    },
    set(run, choice) {
      if (choice === undefined || own.has(run)) return () => {};
      own.set(run, choice);
      return () => own.delete(run);
    },
    async forget(run) {
      if (!own.has(run)) return;
      const info = await log.find(run).catch(() => ({ status: "unknown" }));
      if (info === undefined || info.status === "ended") own.delete(run);
    },
  };
}

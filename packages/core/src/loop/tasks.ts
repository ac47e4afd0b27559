import type { Action } from "./action.ts";
import { scopeOf } from "./calls.ts";
import type { WorkerContext } from "./open-run.ts";
import { type PerformedRun, perform } from "./perform.ts";
import { createTask } from "./task.ts";
import type { RunWriter } from "./writer.ts";

interface Entry {
  readonly tool: boolean;
  readonly scope: string | undefined;
  abort(reason: unknown): void;
}

/** What is under way in one lease, by action key. */
export interface Tasks {
  readonly size: number;
  /** Aborts what is no longer asked for. */
  keep(actions: readonly Action[]): void;
  /** Begins what is due, is not under way yet and fits into its scope's concurrency. */
  begin(actions: readonly Action[], now: number): void;
  abort(why: string): void;
}

/** `settled` is called whenever a task is over. */
export function createTasks(
  writer: RunWriter,
  ctx: WorkerContext,
  run: PerformedRun,
  settled: () => void,
): Tasks {
  const tasks = new Map<string, Entry>();

  const hasRoom = (scope: string | undefined): boolean => {
    const agent = ctx.registry.agent(scopeOf(writer.state, scope)?.stepAgent ?? "");
    const limit = agent?.concurrency ?? Number.POSITIVE_INFINITY;
    let running = 0;
    for (const task of tasks.values()) if (task.tool && task.scope === scope) running++;
    return running < limit;
  };

  const begin = (action: Extract<Action, { type: "model" | "tool" }>): void => {
    const { key, scope, type } = action;
    const { task, abort } = createTask({ key, scope, writer, held: ctx.held });
    const entry = { tool: type === "tool", scope, abort };
    tasks.set(key, entry);
    perform(task, action, ctx, run)
      .catch((error: unknown) => {
        if (writer.ended !== "broken") ctx.onError(error);
        writer.end("broken");
      })
      .finally(() => {
        if (tasks.get(key) === entry) tasks.delete(key);
        settled();
      });
  };

  return {
    get size() {
      return tasks.size;
    },
    keep(actions) {
      const wanted = new Set(actions.map((action) => action.key));
      for (const [key, task] of tasks) {
        if (wanted.has(key)) continue;
        tasks.delete(key);
        task.abort(new DOMException("The run no longer asks for this.", "AbortError"));
      }
    },
    begin(actions, now) {
      for (const action of actions) {
        if (action.type !== "model" && action.type !== "tool") continue;
        if (tasks.has(action.key)) continue;
        if (action.type === "model" ? action.at > now : !hasRoom(action.scope)) continue;
        begin(action);
      }
    },
    abort(why) {
      for (const task of tasks.values()) task.abort(new DOMException(why, "AbortError"));
      tasks.clear();
    },
  };
}

import { toJson } from "../loop/execute.ts";
import type { RunError } from "../protocol/errors.ts";
import type { RunEvent } from "../protocol/events.ts";
import type { Json } from "../protocol/json.ts";
import { pendingCalls } from "../protocol/selectors.ts";
import type { RunState } from "../protocol/state.ts";
import { RunwireError } from "../runwire-error.ts";
import { sleep } from "../signal.ts";
import type { ClientTools } from "../types/client-tools.ts";
import type { Run } from "../types/run.ts";

/** The pauses before a result is sent again to a run that has too much to read. */
const firstPauseMs = 50;
const maxPauseMs = 2_000;

type Outcome = { readonly output: Json } | { readonly error: RunError };

interface ClientToolRunner {
  event(event: RunEvent, state: () => RunState | undefined): void;
  /** The run's state came as a whole. */
  notice(state: RunState): void;
  close(): void;
}

/** Runs a run's client tools where the run is followed: each call once, given up when somebody else settled it. */
export function clientTools(
  handlers: ClientTools | undefined,
  run: Run,
  complete: (call: string, outcome: Outcome) => Promise<void>,
): ClientToolRunner {
  const running = new Map<string, AbortController>();

  const begin = (call: string, name: string, input: Json): void => {
    const handler =
      handlers !== undefined && Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    if (handler === undefined || running.has(call)) return;
    const controller = new AbortController();
    running.set(call, controller);
    const { signal } = controller;
    void (async () => {
      const outcome = await settle(() => handler(input as never, { call, run, signal }));
      const send = async (what: Outcome): Promise<void> => {
        for (let pause = firstPauseMs; !signal.aborted; pause = Math.min(2 * pause, maxPauseMs)) {
          try {
            return await complete(call, what);
          } catch (error) {
            // Others say more than the run reads just now: it will have read it in a moment.
            if (!RunwireError.is(error) || error.code !== "full") throw error;
          }
          await sleep(pause, signal);
        }
      };
      // A result that cannot be sent is a failure, since the run must not wait for ever. That cannot be sent either when
      // another viewer was quicker or the run has ended: then nobody waits.
      await send(outcome)
        .catch((error: unknown) => send(failure(error)))
        .catch(() => {});
    })();
  };

  const notice = (state: RunState): void => {
    if (handlers === undefined) return;
    for (const { part } of pendingCalls(state)) begin(part.call, part.name, part.input ?? null);
  };

  return {
    notice,
    event(event, state) {
      switch (event.type) {
        case "tool.completed":
        case "tool.failed":
          running.get(event.call)?.abort();
          return;
        case "step.completed":
        case "approval.resolved": {
          const now = handlers === undefined ? undefined : state();
          if (now !== undefined) notice(now);
          return;
        }
        default:
      }
    },
    close() {
      for (const controller of running.values()) controller.abort();
    },
  };
}

async function settle(work: () => unknown): Promise<Outcome> {
  try {
    return { output: toJson(await work()) };
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): Outcome {
  const message = error instanceof Error ? error.message : String(error);
  return { error: { code: "tool-error", message } };
}

import type { RunInput } from "@runwire/core";
import type { Json, RunError } from "@runwire/core/protocol";
import type { Ask, Http } from "./http.ts";
import { randomId } from "./ids.ts";

/**
 * What a viewer can tell a run. Each resolves when the server has accepted the command, and rejects with a
 * `ClientError`: `closed` when the run has ended or somebody else was first. Each has an id, so that a repeat after a
 * lost answer changes nothing.
 */
export interface Commands {
  cancel(run: string, options?: { readonly reason?: string }): Promise<void>;
  /** `message` is the message's id, `command` the command's. */
  message(run: string, input: RunInput, ids?: MessageIds): Promise<void>;
  approval(run: string, approval: string, verdict: Verdict): Promise<void>;
  /** Tries until the server has answered: work was done for it. */
  result(run: string, call: string, result: Result, signal?: AbortSignal): Promise<void>;
}

interface MessageIds {
  readonly message: string;
  readonly command: string;
}

export interface Verdict {
  readonly approved: boolean;
  readonly reason?: string | undefined;
  readonly input?: Json | undefined;
}

export type Result = { readonly output: Json } | { readonly error: RunError };

export function createCommands(http: Http): Commands {
  // JSON leaves out what is undefined.
  async function post(run: string, what: string, body: object, more?: Partial<Ask>): Promise<void> {
    await http.call({
      method: "POST",
      path: `/runs/${encodeURIComponent(run)}/${what}`,
      body: { id: randomId("cmd_"), ...body },
      ...more,
    });
  }
  return {
    cancel: (run, options) => post(run, "cancel", { ...options }),
    message: (run, input, ids) =>
      post(run, "messages", { input, message: ids?.message, ...(ids && { id: ids.command }) }),
    approval: (run, approval, verdict) =>
      post(run, `approvals/${encodeURIComponent(approval)}`, verdict),
    result: (run, call, result, signal) =>
      post(run, `results/${encodeURIComponent(call)}`, result, {
        attempts: Number.POSITIVE_INFINITY,
        signal,
      }),
  };
}

import type { Run } from "@runwire/core";
import type { RunState } from "@runwire/core/protocol";
import type { Commands } from "./commands.ts";
import { firstAttempts, follow } from "./follow.ts";
import type { Http } from "./http.ts";
import { LiveRun } from "./live-run.ts";
import { createRunHandle } from "./run-handle.ts";
import { askEvents, createRunSource } from "./run-source.ts";

export interface PassiveRunOptions {
  readonly http: Http;
  readonly commands: Commands;
  readonly run: string;
  readonly state: () => RunState | undefined;
}

/** A handle on a run that somebody else follows: it has a connection of its own only once its end is asked for. */
export function passiveRun({ http, commands, run, state }: PassiveRunOptions): Run {
  const handle: Run = createRunHandle({
    http,
    commands,
    run,
    state,
    thread: undefined,
    signal: undefined,
    known: () => Promise.resolve(),
    async ended() {
      const live = new LiveRun(handle, {}, commands);
      const source = createRunSource({
        http,
        run,
        position: live.position,
        begin: (signal) => askEvents(http, run, signal, { snapshot: "true" }),
        take: (frame, id) => live.take(frame, id),
        tell: () => true,
      });
      await follow(source, new AbortController().signal, firstAttempts);
      return live.end();
    },
    attach: () => undefined,
  });
  return handle;
}

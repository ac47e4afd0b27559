import type { ServerResponse } from "node:http";
import type { NewEvent, RunEvent, RunState } from "@runwire/core/protocol";
import { type Answer, type Asked, json, problem, serve, stream } from "./log-server.test.helper.ts";
import { frameOf, snapshotFrame, started, stateOf, toLog } from "./sample-log.test.helper.ts";

interface Viewer {
  readonly response: ServerResponse;
  run: string | undefined;
  seq: number;
  /** The next run was there before the viewer came: it begins with its snapshot. */
  upon: boolean;
}

interface Body {
  readonly input: string | readonly { readonly text: string }[];
  /** Of a command. */
  readonly id: string;
  readonly run: string;
  readonly message: string;
  readonly previous?: string | null;
}

/**
 * A server with one thread whose runs say what the test appends. Starts, messages and cancels are taken at once, unless
 * `refuse` answers first. The stream of the thread is that of PROTOCOL.md: the newest run, then each new one.
 */
export async function serveThread(thread = "thr_1") {
  const logs = new Map<string, RunEvent[]>();
  const viewers = new Set<Viewer>();
  /** Returns true when it has answered. */
  let refuse: (asked: Asked, response: ServerResponse) => boolean = () => false;
  let head: string | undefined;

  const stateIn = (run: string): RunState => stateOf(logs.get(run) ?? []);

  function follow(viewer: Viewer): void {
    const { response } = viewer;
    const over = viewer.run !== undefined && stateIn(viewer.run).endedAt !== undefined;
    flush(viewer);
    if (head === undefined) viewer.upon = false;
    if (head === undefined || head === viewer.run) return;
    const leaves = viewer.run === undefined || over || !leadsTo(viewer.run, head);
    if (!leaves) return;
    viewer.run = head;
    viewer.seq = 0;
    response.write(`data: ${JSON.stringify({ type: "run", run: head })}\n\n`);
    if (viewer.upon) {
      const state = stateIn(head);
      response.write(snapshotFrame(state, head));
      viewer.seq = state.seq;
    }
    viewer.upon = false;
    flush(viewer);
  }

  function flush(viewer: Viewer): void {
    const { run, response } = viewer;
    if (run === undefined) return;
    for (const event of (logs.get(run) ?? []).slice(viewer.seq)) {
      response.write(frameOf(event, run));
      viewer.seq = event.seq;
    }
  }

  function leadsTo(run: string, from: string): boolean {
    for (let id: string | undefined = from; id !== undefined; id = stateIn(id).previous) {
      if (id === run) return true;
    }
    return false;
  }

  function append(run: string, ...events: readonly NewEvent[]): void {
    const log = logs.get(run) ?? [];
    logs.set(run, log);
    log.push(...toLog(events, log.length + 1));
    for (const viewer of viewers) follow(viewer);
  }

  function begin(run: string, options: Parameters<typeof started>[0] = {}): void {
    head = run;
    append(run, started({ thread, ...options, run }));
  }

  const answer: Answer = (asked, response) => {
    if (refuse(asked, response)) return;
    const [, kind, id = "", what] = asked.path.split("/");
    const body = asked.body as Body;
    if (kind === "agents") {
      const previous = body.previous === undefined ? head : (body.previous ?? undefined);
      json(response, { run: body.run, thread }, 202);
      const { message } = body;
      begin(body.run, {
        input: textIn(body),
        message,
        ...(previous !== undefined && { previous }),
      });
    } else if (kind === "runs") {
      json(response, { status: "accepted" }, 202);
      if (what === "messages") {
        const parts = [{ type: "text" as const, text: textIn(body) }];
        const message = { id: body.message, role: "user" as const, parts };
        append(id, { type: "message.received", message, command: body.id });
      }
      if (what === "cancel") {
        append(id, { type: "run.cancelled", usage: { inputTokens: 0, outputTokens: 0 } });
      }
    } else if (what === "events") {
      stream(response);
      const cursor = asked.query.get("after") ?? "";
      const named = cursor.slice(0, Math.max(0, cursor.lastIndexOf("/")));
      const run = logs.has(named) ? named : undefined;
      const viewer: Viewer = { response, run, seq: asked.after, upon: run === undefined };
      viewers.add(viewer);
      response.on("close", () => viewers.delete(viewer));
      response.write(": \n\n");
      follow(viewer);
    } else if (head === undefined) {
      problem(response, 404, "not-found");
    } else {
      const tip = asked.query.get("run") ?? head;
      const chain: RunState[] = [];
      for (let run: string | undefined = tip; run !== undefined; ) {
        const state = stateIn(run);
        chain.unshift(state);
        run = state.previous;
      }
      const runs = [...logs.keys()].map((run) => {
        const { agent, previous, seq, startedAt, endedAt } = stateIn(run);
        const status = endedAt === undefined ? "open" : "ended";
        return {
          run,
          thread,
          agent,
          ...(previous !== undefined && { previous }),
          status,
          tail: seq,
          createdAt: startedAt,
        };
      });
      json(response, { thread, head, runs, chain });
    }
  };
  const server = await serve(answer);
  return {
    ...server,
    thread,
    begin,
    append,
    logs,
    head: () => head ?? "",
    /** The requests but those for the thread itself. */
    sent: () => server.asked.filter(({ method }) => method === "POST"),
    refuse(how: typeof refuse) {
      refuse = how;
    },
    /** Breaks every stream. */
    cut() {
      for (const { response } of viewers) response.socket?.destroy();
    },
    viewers,
  };
}

function textIn({ input }: Body): string {
  return typeof input === "string" ? input : input.map(({ text }) => text).join("");
}

export type ThreadServer = Awaited<ReturnType<typeof serveThread>>;

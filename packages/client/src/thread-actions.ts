import type { RunInput } from "@runwire/core";
import {
  type Content,
  isEnded,
  type Json,
  type Message,
  type RunState,
} from "@runwire/core/protocol";
import { ClientError } from "./client-error.ts";
import type { Commands, Verdict } from "./commands.ts";
import type { Conversation } from "./conversation.ts";
import type { Http } from "./http.ts";
import { randomId } from "./ids.ts";
import type { Outbox } from "./outbox.ts";
import type { Thread, ThreadSnapshot } from "./thread.ts";

export interface ThreadActionsOptions {
  readonly http: Http;
  readonly commands: Commands;
  readonly conversation: Conversation;
  readonly outbox: Outbox;
  readonly agent: string;
  /** What answers in the runs that are started now. */
  readonly model: () => string | undefined;
  /** What it may use. */
  readonly mcpServers: () => readonly string[] | undefined;
  readonly thread: () => string | undefined;
  /** The thread's id; makes one if it has none yet. */
  readonly ensureThread: () => string;
  /** Puts another view of the thread in place of what is shown. */
  readonly load: (snapshot: ThreadSnapshot) => void;
  /** An action begins: what went wrong before is history. */
  readonly began: () => void;
  readonly failed: (error: unknown) => void;
  /** Something is to be seen at once. */
  readonly changed: () => void;
}

type Actions = Omit<Thread, "state" | "initial" | "subscribe" | "message">;

export interface ThreadActions extends Actions {
  /** A message that an open run refused after all, since it is being cancelled: what was said comes next. */
  say(message: Message): void;
}

interface Start {
  readonly input: RunInput;
  readonly message: Message;
  readonly previous?: string | null | undefined;
  readonly busy?: "queue";
  readonly history?: readonly Message[] | undefined;
  readonly metadata?: RunState["metadata"] | undefined;
  readonly mcpServers?: RunState["mcpServers"] | undefined;
  readonly model?: string | undefined;
}

export function createThreadActions(options: ThreadActionsOptions): ThreadActions {
  const { http, commands, conversation, outbox, agent, changed, failed } = options;

  /** Begins an action: resolves with whether the server accepted. */
  async function attempt(action: () => Promise<unknown>): Promise<boolean> {
    options.began();
    return settle(action);
  }

  async function settle(action: () => Promise<unknown>): Promise<boolean> {
    try {
      return (await action()) !== false;
    } catch (error) {
      failed(error);
      return false;
    }
  }

  /** The run that is open or about to be, as far as is known here. */
  function openRun(): string | undefined {
    const { live } = conversation;
    if (outbox.starting !== undefined) return outbox.starting.run;
    return live?.state !== undefined && !isEnded(live.state) ? live.id : undefined;
  }

  /** The same once the server knows it. */
  async function acceptedRun(): Promise<string | undefined> {
    const run = openRun();
    if (run !== undefined && outbox.starting?.run === run) await outbox.starting.accepted;
    return openRun();
  }

  async function start(request: Start): Promise<boolean> {
    const { message, previous } = request;
    const run = randomId("run_");
    // In a thread without a past the stream begins with the first event of its first run.
    conversation.cursor ??= `${run}/0`;
    const thread = options.ensureThread();
    const path = `/agents/${encodeURIComponent(agent)}/runs`;
    const model = options.model() ?? request.model;
    const mcpServers = options.mcpServers() ?? request.mcpServers;
    const body = { ...request, message: message.id, run, thread, model, mcpServers };
    const posted = http.call({ method: "POST", path, headers: { prefer: "respond-async" }, body });
    const accepted = posted.then(
      () => run,
      async (error: unknown) => {
        outbox.end(run);
        const other = previous === undefined ? openElsewhere(error) : undefined;
        if (other === undefined) failed(error);
        else if (await settle(() => steer(other, request.input, message))) return other;
        return undefined;
      },
    );
    outbox.begin({ run, message, previous, accepted });
    changed();
    return (await accepted) !== undefined;
  }

  async function steer(run: string, input: RunInput, message: Message): Promise<boolean> {
    const command = randomId("cmd_");
    outbox.steer(command, message);
    changed();
    try {
      const to = outbox.starting?.run === run ? await outbox.starting.accepted : run;
      if (to !== undefined) {
        await commands.message(to, input, { message: message.id, command });
        return true;
      }
      outbox.settle(command);
      changed();
      return false;
    } catch (error) {
      outbox.settle(command);
      if (!ClientError.is(error) || error.code !== "closed") throw error;
      return next(input, message);
    }
  }

  /** Starts the run after the newest one, or after the one that is shown where that is another branch. */
  function next(input: RunInput, message: Message): Promise<boolean> {
    const { aside, live } = conversation;
    return start({ input, message, previous: aside ? live?.id : undefined });
  }

  /** Leaves the branch of a run for a new one beside it. */
  async function branch(from: RunState, input: RunInput | undefined): Promise<boolean> {
    const asked = questionOf(from);
    const content = input ?? asked.input;
    if (content === undefined) return false;
    if (!isEnded(from)) await cancel(from.run);
    const { metadata, mcpServers, model, previous = null } = from;
    return start({
      input: content,
      message: userMessage(content),
      previous,
      history: asked.history.length > 0 ? asked.history : undefined,
      metadata,
      mcpServers,
      model,
    });
  }

  /** That it has ended is as good. */
  async function cancel(run: string, why?: { readonly reason?: string }): Promise<void> {
    await commands.cancel(run, why).catch((error: unknown) => {
      if (!ClientError.is(error) || error.code !== "closed") throw error;
    });
  }

  /** Begins an action on the open run. */
  const attemptOn = (action: (run: string) => Promise<void>) =>
    attempt(async () => {
      const run = openRun();
      return run === undefined ? false : action(run);
    });
  const decide = (id: string, verdict: Verdict) =>
    attemptOn((run) => commands.approval(run, id, verdict));

  return {
    send: (input) =>
      attempt(async () => {
        const message = userMessage(input);
        const open = openRun();
        return open === undefined ? next(input, message) : steer(open, input, message);
      }),
    say: (message) => {
      const input = message.parts as readonly Content[];
      void settle(() => start({ input, message, busy: "queue" }));
    },
    stop: (why) =>
      attempt(async () => {
        const run = await acceptedRun();
        return run === undefined ? false : cancel(run, why);
      }),
    regenerate: () =>
      attempt(async () => {
        await acceptedRun();
        // Accepted, and not in the stream yet: what is known as the newest run is the one before it.
        if (outbox.starting !== undefined) return false;
        const newest = conversation.live?.state;
        return newest === undefined ? false : branch(newest, undefined);
      }),
    async edit(message, input) {
      const holds = (state: RunState | undefined) =>
        state?.messages.some(({ id }) => id === message);
      const live = conversation.live?.state;
      const run = holds(live) ? live : conversation.chain.find(holds);
      if (run === undefined) throw new Error(`There is no message "${message}" in this thread.`);
      return attempt(async () => {
        const open = await acceptedRun();
        if (open !== undefined && open !== run.run) await cancel(open);
        return branch(run, input);
      });
    },
    show: (run) =>
      attempt(async () => {
        const thread = options.thread();
        if (thread === undefined) return false;
        const tip = encodeURIComponent(conversation.tipOf(run));
        const path = `/threads/${encodeURIComponent(thread)}?run=${tip}`;
        options.load((await http.call({ path })) as ThreadSnapshot);
      }),
    approve: (id, more) => decide(id, { approved: true, ...more }),
    deny: (id, more) => decide(id, { approved: false, ...more }),
    complete: (call, output: Json) => attemptOn((run) => commands.result(run, call, { output })),
  };
}

/** Another viewer was quicker: the run that is open now, to say it to. */
function openElsewhere(error: unknown): string | undefined {
  return ClientError.is(error) && error.code === "busy" ? error.problem?.run : undefined;
}

function userMessage(input: RunInput): Message {
  const parts: readonly Content[] =
    typeof input === "string" ? [{ type: "text", text: input }] : input;
  return { id: randomId("msg_"), role: "user", parts };
}

/** What a run was asked, and what it was told of earlier: its messages up to the first that it wrote itself. */
function questionOf({ messages }: RunState): {
  readonly input: readonly Content[] | undefined;
  readonly history: readonly Message[];
} {
  const own = messages.findIndex(({ agent }) => agent !== undefined);
  const given = own === -1 ? messages : messages.slice(0, own);
  const last = given.findLastIndex(({ role }) => role === "user");
  return {
    input: given[last]?.parts as readonly Content[] | undefined,
    history: given.slice(0, Math.max(0, last)),
  };
}

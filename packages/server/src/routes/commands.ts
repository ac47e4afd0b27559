import type { RuntimeCore } from "@runwire/core";
import type { Command, Content } from "@runwire/core/protocol";
import { readBody } from "../body.ts";
import { type Context, findRun, param, unknownRun } from "../context.ts";
import { checkMessageId, commandIdFor, randomId, readIdempotencyKey } from "../ids.ts";
import { Problem } from "../problem.ts";
import { json, type Reply } from "../reply.ts";
import { approvalBody, cancelBody, messageBody, resultBody } from "../request-schemas.ts";
import type { Route } from "../route.ts";
import { checkApproval, checkCall } from "./pending.ts";

/** The only thing that stops a run. */
export const cancelRun: Route = {
  method: "POST",
  path: "/runs/:run/cancel",
  action: (params) => ({ type: "cancel", run: param({ params }, "run") }),
  async handle(context) {
    const run = await ownRun(context);
    const { id, ...fields } = await readBody(context.request, cancelBody, context.maxBodyBytes);
    return send(context, run, { type: "cancel", ...fields, ...(await envelope(context, run, id)) });
  },
};

/** Steers a run that has not ended. */
export const sendMessage: Route = {
  method: "POST",
  path: "/runs/:run/messages",
  action: (params) => ({ type: "send", run: param({ params }, "run") }),
  async handle(context) {
    const run = await ownRun(context);
    const { id, input, message } = await readBody(
      context.request,
      messageBody,
      context.maxBodyBytes,
    );
    const parts: readonly Content[] =
      typeof input === "string" ? [{ type: "text", text: input }] : input;
    const { id: command, by } = await envelope(context, run, id);
    // A repeat of the command is the same message.
    const messageId = message ?? command;
    checkMessageId(messageId, run, message === undefined ? "/id" : "/message");
    return send(context, run, {
      type: "message",
      id: command,
      message: { id: messageId, role: "user", parts },
      ...(by !== undefined && { by }),
    });
  },
};

/** A person's yes or no. */
export const resolveApproval: Route = {
  method: "POST",
  path: "/runs/:run/approvals/:approval",
  action: (params) => ({
    type: "approve",
    run: param({ params }, "run"),
    approval: param({ params }, "approval"),
  }),
  async handle(context) {
    const run = await ownRun(context);
    const approval = param(context, "approval");
    const { id, ...fields } = await readBody(context.request, approvalBody, context.maxBodyBytes);
    const sent = await envelope(context, run, id);
    const command: Command = { type: "approval", approval, ...fields, ...sent };
    await checkApproval(context.runtime, run, command);
    return send(context, run, command);
  },
};

/** What came of a call that a viewer runs. */
export const completeCall: Route = {
  method: "POST",
  path: "/runs/:run/results/:call",
  action: (params) => ({
    type: "complete",
    run: param({ params }, "run"),
    call: param({ params }, "call"),
  }),
  async handle(context) {
    const run = await ownRun(context);
    const call = param(context, "call");
    const { id, ...fields } = await readBody(context.request, resultBody, context.maxBodyBytes);
    const sent = await envelope(context, run, id);
    const command: Command = { type: "result", call, ...fields, ...sent };
    await checkCall(context.runtime, run, command);
    return send(context, run, command);
  },
};

async function ownRun(context: Context): Promise<string> {
  return (await findRun(context, param(context, "run"))).run;
}

/** Who sends the command, and the id that makes its repeats one. */
async function envelope({ request, principal }: Context, run: string, id: string | undefined) {
  const key = readIdempotencyKey(request);
  return {
    id: id ?? (key === undefined ? randomId("cmd") : await commandIdFor(key, run)),
    ...(principal !== undefined && { by: principal }),
  };
}

/** 202: the run's owner is about to log it. The log says what came of it. */
async function send({ runtime }: Context, run: string, command: Command): Promise<Reply> {
  const result = await runtime.send(run, command);
  switch (result.status) {
    case "ok":
      await checkFirst(runtime, run, result.n, command);
      return json({ status: "accepted", command: command.id }, 202);
    case "closed":
      throw new Problem("closed", { detail: "The run has ended." });
    case "full":
      throw new Problem("too-many-requests", {
        detail: "Too many commands wait for the run.",
        headers: { "retry-after": "1" },
      });
    case "too-large":
      throw new Problem("too-large", { detail: "The command is more than one event may hold." });
    case "gone":
      throw unknownRun(run);
  }
}

/** The first command with an id wins: whoever sent another one under it must not take it for accepted. */
async function checkFirst(
  { log }: RuntimeCore,
  run: string,
  n: number,
  command: Command,
): Promise<void> {
  const [first] = await log.inbox(run, n - 1, 1);
  if (first === undefined || JSON.stringify(first.command) === JSON.stringify(command)) return;
  throw new Problem("conflict", {
    detail: "This command id or Idempotency-Key was used for another command.",
  });
}

import { stopped } from "../guest/stopped.ts";
import { type GuestMessage, graceMs, type RunRequest, type StopReason } from "../guest/wire.ts";
import { isInside } from "../inside.ts";
import type { HostTools, ProgramError, Rich, RunOptions, RunResult } from "../sandbox.ts";
import { callTool } from "./call-tool.ts";
import type { Gone, Guest } from "./guest.ts";

type Done = Extract<GuestMessage, { type: "done" }>;
type Verdict = StopReason | "aborted" | "crashed";

/**
 * One program in one guest, from the request to the result. The guest stops a program by itself; whatever it fails to
 * stop in time, and whoever breaks the wire, is killed here.
 */
export async function runProgram(
  guest: Guest,
  request: RunRequest,
  options: RunOptions,
  tools: HostTools,
): Promise<RunResult> {
  const began = performance.now();
  const { signal } = options;
  const text = { stdout: "", stderr: "" };
  const results: Rich[] = [];
  const over = new AbortController();
  let left = request.maxOutputBytes;
  let calling = false;
  let told: StopReason | undefined;
  let verdict: Verdict | undefined;
  let broken: { readonly error: unknown } | undefined;
  const timers: ReturnType<typeof setTimeout>[] = [];

  function kill(why: Verdict): void {
    verdict ??= why;
    void guest.kill();
  }
  function later(why: Verdict, ms: number): void {
    timers.push(setTimeout(() => kill(why), ms));
  }
  /** What the caller's own functions throw is the caller's. */
  function tell<T>(callback: ((value: T) => void) | undefined, value: T): void {
    try {
      callback?.(value);
    } catch (error) {
      broken ??= { error };
      kill("aborted");
    }
  }
  /** The guest keeps the limit itself; one that does not is no longer itself. */
  function fits(value: string): boolean {
    left -= Buffer.byteLength(value);
    if (left < 0) kill("output_limit");
    return left >= 0;
  }
  async function answer(name: string, input: string): Promise<void> {
    calling = true;
    const reply = await callTool(tools, name, input, over.signal);
    calling = false;
    if (guest.alive && !over.signal.aborted) guest.send(reply);
  }

  const abort = (): void => kill("aborted");
  const ended = await new Promise<Done | Gone>((resolve) => {
    guest.listen({
      gone: resolve,
      message(message) {
        if (verdict !== undefined) return;
        switch (message?.type) {
          case "output":
            if (!fits(message.text)) return;
            text[message.stream] += message.text;
            return tell(
              message.stream === "stdout" ? options.onStdout : options.onStderr,
              message.text,
            );
          case "result": {
            if (!fits(message.data)) return;
            const rich = { mime: message.mime, data: message.data };
            results.push(rich);
            return tell(options.onResult, rich);
          }
          case "tool":
            if (calling) return kill("crashed");
            return void answer(message.name, message.input);
          case "stopping":
            told ??= message.reason;
            return later(message.reason, graceMs);
          case "done":
            return resolve(message);
          default:
            return kill("crashed");
        }
      },
    });
    later("timeout", request.timeoutMs + graceMs);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
    else guest.send(request);
  });
  for (const timer of timers) clearTimeout(timer);
  signal?.removeEventListener("abort", abort);
  over.abort();
  guest.listen(undefined);
  if (broken !== undefined) throw broken.error;

  const done = "type" in ended ? ended : undefined;
  if (done?.fatal) await guest.kill();
  const error = done === undefined ? lost(verdict ?? told, request, ended as Gone) : done.error;
  const files = done?.artifacts ?? [];
  // The program chose the names.
  const artifacts = files.filter(({ path }) => isInside(path));
  return {
    ok: error === undefined,
    ...text,
    truncated: (done?.truncated ?? verdict === "output_limit") || artifacts.length < files.length,
    results,
    artifacts: artifacts.map(({ path, data }) => ({
      path,
      data: new Uint8Array(Buffer.from(data, "base64")),
    })),
    ...(error !== undefined && { error }),
    durationMs: performance.now() - began,
    stateLost: done === undefined || done.fatal,
  };
}

/** What a program did whose process is gone. */
function lost(verdict: Verdict | undefined, request: RunRequest, gone: Gone): ProgramError {
  if (verdict === "timeout" || verdict === "output_limit") return stopped(verdict, request);
  if (verdict === "aborted") return { kind: "aborted", message: "The program was aborted." };
  if (/out of memory|allocation fail/i.test(gone.stderr)) {
    const message = "The program allocated more memory than it may have.";
    return { kind: "memory", message };
  }
  const how = verdict === "crashed" ? "broke its wire" : `ended (${gone.signal ?? gone.code})`;
  return { kind: "crashed", message: `The interpreter ${how}.` };
}

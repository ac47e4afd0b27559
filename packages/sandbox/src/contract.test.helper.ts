import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Sandbox, SandboxContext } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";

/** The same programs in the sandbox's language. */
export interface Programs {
  readonly print: (text: string) => string;
  readonly printError: (text: string) => string;
  readonly setX: string;
  readonly showX: string;
  readonly raise: string;
  readonly raised: { readonly name: string; readonly message: string };
  readonly broken: string;
  readonly loop: string;
  readonly stdin: string;
  /** Writes the upper case of `in.txt` to `out/upper.txt`. */
  readonly copy: string;
  /** Calls the tool `add` with 1 and 2 and shows the result. */
  readonly add: string;
  /** Calls the tool `fail` and prints the message of what it throws. */
  readonly fail: string;
  /** Calls the tool `wait` for ever. */
  readonly wait: string;
  /** Ends its interpreter, if that can be done. */
  readonly die: string | undefined;
}

/** What every embedded sandbox keeps of the contract in sandbox.ts. */
export function contractCases(make: () => Sandbox, programs: Programs): void {
  let sandbox: Sandbox;
  let context: SandboxContext;
  const tools = {
    add: {
      parameters: ["a", "b"],
      execute: ({ a, b }: Record<string, unknown>) => Number(a) + Number(b),
    },
    fail: {
      execute() {
        throw new Error("no such luck");
      },
    },
    wait: {
      execute: (_: unknown, { signal }: { signal: AbortSignal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
    },
  };
  beforeAll(async () => {
    sandbox = make();
    context = await sandbox.open({ tools });
  });
  afterAll(() => sandbox.close());

  test("tells what it can do", () => {
    expect(sandbox.caps).toMatchObject({ state: true, streaming: true, network: false });
  });

  test("keeps state, and drops it on demand", async () => {
    expect(await context.run(programs.setX)).toMatchObject({ ok: true, stateLost: false });
    const results = [{ mime: "text/plain", data: "41" }];
    expect(await context.run(programs.showX)).toMatchObject({ ok: true, results });
    const lost = await context.run(programs.showX, { fresh: true });
    expect(lost.error).toMatchObject({ kind: "exception" });
  });

  test("shares nothing between contexts", async () => {
    await context.run(programs.setX);
    const other = await sandbox.open();
    expect((await other.run(programs.showX)).error).toMatchObject({ kind: "exception" });
    await other.close();
  });

  test("streams while the program runs", async () => {
    const heard: string[] = [];
    let atCall: string[] = [];
    const streaming = await sandbox.open({
      tools: {
        add: {
          parameters: ["a", "b"],
          execute() {
            atCall = [...heard];
            return 3;
          },
        },
      },
    });
    const result = await streaming.run(
      [programs.print("one"), programs.add, programs.printError("two")].join("\n"),
      {
        onStdout: (text) => heard.push(`out ${text}`),
        onStderr: (text) => heard.push(`err ${text}`),
      },
    );
    expect(atCall).toEqual(["out one\n"]);
    expect(heard).toEqual(["out one\n", "err two\n"]);
    expect(result).toMatchObject({ ok: true, stdout: "one\n", stderr: "two\n", truncated: false });
    await streaming.close();
  });

  test("tells an exception with its traceback", async () => {
    const { ok, error, stateLost } = await context.run(programs.raise);
    expect(error).toMatchObject({ kind: "exception", ...programs.raised });
    expect(error?.traceback).toContain("<program");
    expect(error?.traceback).not.toContain("guest");
    expect({ ok, stateLost }).toEqual({ ok: false, stateLost: false });
  });

  test("finds what is no program, without running it", async () => {
    const { error, stdout } = await context.run(`${programs.print("ran")}\n${programs.broken}`);
    expect(error).toMatchObject({ kind: "syntax" });
    expect(stdout).toBe("");
    const issues = await context.check(`${programs.print("ran")}\n${programs.broken}`);
    expect(issues).toMatchObject([{ line: 2 }]);
    expect(await context.check(programs.loop)).toEqual([]);
  });

  test("takes stdin", async () => {
    expect(await context.run(programs.stdin, { stdin: "hello\n" })).toMatchObject({
      stdout: "hello\n",
    });
  });

  test("takes files and gives files", async () => {
    const { artifacts, error } = await context.run(programs.copy, {
      files: { "in.txt": new TextEncoder().encode("grün") },
      collect: ["out/*.txt"],
      fresh: true,
    });
    expect(error).toBeUndefined();
    expect(artifacts.map(({ path, data }) => [path, new TextDecoder().decode(data)])).toEqual([
      ["out/upper.txt", "GRÜN"],
    ]);
  });

  test.each(["../x", "/etc/passwd", "a/../../b", "C:\\x", "a//b", ""])(
    "refuses the path %j",
    async (path) => {
      await expect(context.run("", { files: { [path]: "" } })).rejects.toMatchObject({
        code: "invalid",
      });
      await expect(context.run("", { collect: [path] })).rejects.toMatchObject({ code: "invalid" });
    },
  );

  test("lets a program call tools", async () => {
    expect(await context.run(programs.add)).toMatchObject({ results: [{ data: "3" }] });
    expect(await context.run(programs.fail)).toMatchObject({ ok: true, stdout: "no such luck\n" });
  });

  test("a tool that does not answer is aborted with the program", async () => {
    const { error } = await context.run(programs.wait, { timeoutMs: 100 });
    expect(error).toMatchObject({ kind: "timeout" });
    expect(await context.run(programs.add)).toMatchObject({ ok: true });
  });

  test("stops a loop in time, and keeps the state if it can", async () => {
    await context.run(programs.setX);
    const { error, stateLost } = await context.run(programs.loop, { timeoutMs: 200 });
    expect(error).toMatchObject({
      kind: "timeout",
      message: "The program ran longer than 200 ms.",
    });
    const after = await context.run(programs.showX);
    expect(after.ok).toBe(!stateLost);
  });

  test("stops a flood at the limit", async () => {
    const text = "é".repeat(60);
    const { error, stdout, truncated } = await context.run(programs.print(text), {
      maxOutputBytes: 101,
    });
    expect(error).toMatchObject({ kind: "output_limit" });
    expect(truncated).toBe(true);
    expect(stdout).toBe("é".repeat(50));
  });

  test("kills the program when the signal fires", async () => {
    const controller = new AbortController();
    const result = await context.run(`${programs.print("up")}\n${programs.loop}`, {
      signal: controller.signal,
      onStdout: () => controller.abort(),
    });
    expect(result).toMatchObject({ ok: false, error: { kind: "aborted" }, stateLost: true });
    const late = await context.run(programs.add, { signal: controller.signal });
    expect(late.error).toMatchObject({ kind: "aborted" });
    expect(await context.run(programs.add)).toMatchObject({ ok: true });
  });

  const { die } = programs;
  test.runIf(die !== undefined)("goes on, empty, after its interpreter died", async () => {
    await context.run(programs.setX);
    expect((await context.run(die ?? "")).stateLost).toBe(true);
    expect((await context.run(programs.showX)).error).toMatchObject({ kind: "exception" });
  });

  test("rejects with what a callback threw, and goes on", async () => {
    const broken = context.run(programs.print("x"), {
      onStdout() {
        throw new RangeError("mine");
      },
    });
    await expect(broken).rejects.toThrow(new RangeError("mine"));
    expect(await context.run(programs.add)).toMatchObject({ ok: true });
  });

  test("runs the programs of a context in the order of the calls", async () => {
    const runs = [programs.setX, programs.showX, programs.add].map((code) => context.run(code));
    expect((await Promise.all(runs)).map(({ results }) => results[0]?.data)).toEqual([
      undefined,
      "41",
      "3",
    ]);
  });

  test("refuses what it is not", async () => {
    await expect(context.run("", { language: "cobol" })).rejects.toMatchObject({
      code: "unsupported",
    });
    await expect(context.run("", { timeoutMs: 0 })).rejects.toMatchObject({ code: "invalid" });
    await expect(sandbox.open({ tools: { "a-b": { execute: () => 1 } } })).rejects.toMatchObject({
      code: "invalid",
    });
  });

  describe("closed", () => {
    test("a context aborts what runs and takes no more", async () => {
      const own = await sandbox.open();
      let up = (): void => {};
      const started = new Promise<void>((resolve) => {
        up = resolve;
      });
      const running = own.run(`${programs.print("up")}\n${programs.loop}`, { onStdout: up });
      await started;
      await Promise.all([own.close(), own.close()]);
      expect((await running).error).toMatchObject({ kind: "aborted" });
      await expect(own.run("")).rejects.toSatisfy(SandboxError.is);
    });

    test("a sandbox closes its contexts and takes no more", async () => {
      const own = make();
      const open = await own.open();
      await open.run(programs.setX);
      await own.close();
      await expect(open.run("")).rejects.toMatchObject({ code: "closed" });
      await expect(own.open()).rejects.toMatchObject({ code: "closed" });
    });
  });
}

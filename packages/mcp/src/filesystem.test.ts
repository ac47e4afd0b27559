import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { McpCall } from "./options.ts";
import { calling, callsOf, run } from "./run.test.helper.ts";
import { filesystem, tempFolder } from "./servers.test.helper.ts";

test("an agent reads and writes files, and a person says what it may write", async () => {
  const folder = tempFolder();
  const note = join(folder, "note.txt");
  writeFileSync(note, "milk");
  const asked: McpCall[] = [];
  const server = filesystem(folder, {
    needsApproval: (call) => {
      asked.push(call);
      return !call.readOnly && { reason: `calls ${call.tool}` };
    },
  });
  const { runtime } = calling(
    [server],
    [{ name: "files__read_text_file", input: { path: note } }],
    [{ name: "files__write_file", input: { path: note, content: "eggs" } }],
  );
  const handle = runtime.run("assistant", "Go.", {
    on: { "approval.requested": ({ id }, { approve }) => approve(id) },
  });
  await handle.result;
  const [read, write] = handle.state === undefined ? [] : callsOf(handle.state);
  expect(read?.output).toEqual({ content: "milk" });
  expect(write).toMatchObject({ status: "completed", approval: { approved: true } });
  expect(readFileSync(note, "utf8")).toBe("eggs");
  expect(asked).toEqual([
    { tool: "read_text_file", input: { path: note }, readOnly: true, destructive: false },
    {
      tool: "write_file",
      input: { path: note, content: "eggs" },
      readOnly: false,
      destructive: true,
    },
  ]);
});

test("only the tools that are named are given, and the server keeps to its folder", async () => {
  const server = filesystem(tempFolder(), { tools: ["read_text_file"] });
  const { asked, calls } = await run(
    [server],
    [{ name: "files__read_text_file", input: { path: "/etc/hostname" } }],
  );
  expect(asked[0]?.tools.map(({ name }) => name)).toEqual(["files__read_text_file"]);
  expect(calls[0]).toMatchObject({
    status: "failed",
    error: { code: "tool-error", message: expect.stringContaining("denied") },
  });
});

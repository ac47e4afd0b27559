import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { listen } from "./node.test.helper.ts";
import { nodeHandler } from "./node.ts";
import { serving, startRun } from "./serving.test.helper.ts";

/** What a page does, with the EventSource that Node has behind a flag: reads until the server says there is no more. */
const page = `
  const source = new EventSource(process.argv[1]);
  // Its own timers let the process go.
  const open = setInterval(() => {}, 1_000);
  const ids = [];
  let opened = 0;
  source.onopen = () => opened++;
  source.onmessage = ({ lastEventId }) => ids.push(lastEventId);
  source.onerror = () => {
    if (source.readyState !== EventSource.CLOSED) return;
    clearInterval(open);
    console.log(JSON.stringify({ ids, opened }));
  };
`;

test("a native EventSource gets every event once, comes back after the end, and is stopped by 204", {
  timeout: 30_000,
}, async () => {
  const { handler, call } = serving();
  const port = await listen(createServer(nodeHandler(handler)));
  const { run } = await startRun(call, "adder");
  const url = `http://127.0.0.1:${port}/runs/${run}/events`;
  const flags = ["--experimental-eventsource", "--no-warnings", "--eval", page, url];
  const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 20_000 });
  const { ids, opened } = JSON.parse(stdout);
  const { seq } = await (await call(`/runs/${run}`)).json();
  expect(ids.map((id: string) => Number(id.split(".")[0]))).toEqual(
    Array.from({ length: seq }, (_, index) => index + 1),
  );
  expect(opened).toBe(1);
});

import { once } from "node:events";
import { connect, constants, createServer } from "node:http2";
import { expect, test } from "vitest";
import { nextMacrotask } from "./macrotask.ts";
import { listen } from "./node.test.helper.ts";
import { nodeHandler } from "./node.ts";
import { serving, startRun } from "./serving.test.helper.ts";
import { sseResponse } from "./sse-response.ts";

test("serves streams, with no header that HTTP/2 forbids, and notices who leaves", async () => {
  const { handler, call, talk } = serving();
  const { run } = await startRun(call, "puppet");
  let signal: AbortSignal | undefined;
  const listener = nodeHandler((request) => {
    signal = request.signal;
    return handler(request);
  });
  const port = await listen(createServer(listener));
  const session = connect(`http://127.0.0.1:${port}`);
  const stream = session.request({ ":path": `/runs/${run}/events` });
  const [headers] = await once(stream, "response");
  expect(headers[":status"]).toBe(200);
  expect(headers["content-type"]).toBe("text/event-stream");
  expect(headers).not.toHaveProperty("connection");
  stream.setEncoding("utf8");
  talk.say("over two");
  let text = "";
  for await (const chunk of stream) {
    text += chunk;
    if (text.includes("over two")) break;
  }
  if (!signal?.aborted) await once(signal!, "abort");
  const post = session.request({
    ":method": "POST",
    ":path": `/runs/${run}/cancel`,
    "content-type": "application/json",
  });
  post.end('{"reason":"enough"}');
  const [answer] = await once(post, "response");
  expect(answer[":status"]).toBe(202);
  post.resume();
  await once(post, "close");
  session.close();
  await once(session, "close");
});

test("a body that breaks resets the stream", async () => {
  async function* breaking() {
    yield "one";
    throw new Error("secret");
  }
  const listener = nodeHandler(() => sseResponse(breaking(), { onError: () => {} }));
  const port = await listen(createServer(listener));
  const session = connect(`http://127.0.0.1:${port}`);
  const stream = session.request({ ":path": "/" });
  stream.resume();
  const [error] = await once(stream, "error");
  expect(error.code).toBe("ERR_HTTP2_STREAM_ERROR");
  expect(stream.rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR);
  session.close();
  await once(session, "close");
});

test("a viewer that does not read is fed a bounded amount, and goes on when it does", async () => {
  let given = 0;
  async function* endless() {
    for (;;) {
      given++;
      yield "x".repeat(1_000);
    }
  }
  const port = await listen(createServer(nodeHandler(() => sseResponse(endless()))));
  const session = connect(`http://127.0.0.1:${port}`);
  const stream = session.request({ ":path": "/" });
  stream.pause();
  await once(stream, "response");
  let before = -1;
  for (let look = 0; look < 200 && before !== given; look++) {
    before = given;
    for (let hop = 0; hop < 20; hop++) await nextMacrotask();
  }
  expect(given).toBe(before);
  expect(given).toBeLessThan(1_000);
  stream.resume();
  for (let read = 0; read < 3_000_000; ) read += (await once(stream, "data"))[0].length;
  expect(given).toBeGreaterThan(2_000);
  stream.close();
  session.destroy();
  await once(session, "close");
});

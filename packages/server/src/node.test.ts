import { once } from "node:events";
import { createServer } from "node:http";
import { describe, expect, test, vi } from "vitest";
import { eventually, listen, post, raw, standstill } from "./node.test.helper.ts";
import { type FetchHandler, nodeHandler } from "./node.ts";
import { follow, framesOf, problemOf, serving, textOf, typesOf } from "./serving.test.helper.ts";
import { sseResponse } from "./sse-response.ts";

async function serve(handler: FetchHandler) {
  const port = await listen(createServer(nodeHandler(handler)));
  return { port, url: `http://127.0.0.1:${port}` };
}

describe("a run over a socket", () => {
  test("start, follow, resume, cancel", async () => {
    const { handler, talk } = serving();
    const { url } = await serve(handler);
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"input":"Hi","thread":"t"}',
    };
    const viewer = follow(await fetch(`${url}/agents/puppet/runs`, init));
    talk.say("one");
    const { id = "" } = await viewer.until("text.delta");
    await viewer.leave();
    const { head } = await (await fetch(`${url}/threads/t`)).json();
    const again = follow(
      await fetch(`${url}/runs/${head}/events`, { headers: { "last-event-id": id } }),
    );
    talk.say("two");
    expect((await again.next())?.frame).toMatchObject({ delta: "two" });
    await fetch(`${url}/runs/${head}/cancel`, { method: "POST" });
    expect(typesOf(await again.rest()).at(-1)).toBe("run.cancelled");
  });

  test("raw bytes: headers and first frame leave before the model speaks", async () => {
    const { handler } = serving();
    const { port } = await serve(handler);
    const client = await raw(port);
    client.send(post("/agents/puppet/runs", { input: "Hi" }));
    const text = await client.until("run.started");
    const [head = "", body = ""] = text.split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 200 /);
    expect(head.toLowerCase()).toContain("content-type: text/event-stream\r\n");
    expect(head.toLowerCase()).toContain("cache-control: no-cache, no-transform");
    expect(head.toLowerCase()).toContain("x-accel-buffering: no");
    expect(head.toLowerCase()).not.toContain("content-length");
    expect(body).toMatch(/retry: \d+\n: \n\n/);
    expect(text).toMatch(/id: 1\.\d+\ndata: \{"seq":1,"type":"run\.started"/);
  });

  test("a socket that is torn off stops nothing, and leaves nothing behind", async () => {
    const { handler, call, talk } = serving({ limits: { concurrency: 1 } });
    const { port } = await serve(handler);
    const client = await raw(port);
    client.send(post("/agents/puppet/runs", { input: "Hi", thread: "t" }));
    await client.until("step.started");
    expect((await call("/threads/t")).status).toBe(429);
    client.socket.destroy();
    // The place is free again as soon as the server has noticed.
    expect(await eventually(async () => (await call("/threads/t")).status === 200)).toBe(true);
    talk.say("still here");
    talk.finish();
    const { head } = await (await call("/threads/t")).json();
    expect(textOf(await framesOf(await call(`/runs/${head}/events`)))).toBe("still here");
  });

  test("a connection is used again after an answer", async () => {
    const { handler } = serving();
    const { port } = await serve(handler);
    const client = await raw(port);
    client.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const first = await client.until('"status":"ok"');
    expect(first.toLowerCase()).not.toContain("connection: close");
    client.send("GET /nope HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await client.until("404 Not Found");
    client.send(post("/agents/greeter/runs", { input: "Hi" }, "Accept: application/json"));
    await client.until("Hello, wide world");
  });
});

describe("bodies", () => {
  test("one whose sender went before anybody read it breaks off, and keeps nobody waiting", async () => {
    const { promise: read, resolve } = Promise.withResolvers<unknown>();
    const arrived = Promise.withResolvers<void>();
    const { port } = await serve(async (request) => {
      const gone = once(request.signal, "abort");
      arrived.resolve();
      await gone;
      resolve(await request.text().catch((error: unknown) => error));
      return new Response();
    });
    const client = await raw(port);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\nhalf");
    await arrived.promise;
    client.socket.destroy();
    expect(await read).toBeInstanceOf(Error);
  });

  test("a large one that is refused does not keep the answer from its sender", async () => {
    const { handler } = serving();
    const { url } = await serve(handler);
    for (const body of [
      JSON.stringify({ input: "x".repeat(10_000_000) }),
      new ReadableStream({
        start(controller) {
          for (let n = 0; n < 160; n++) controller.enqueue(new Uint8Array(65_536));
          controller.close();
        },
      }),
    ]) {
      const init: RequestInit & { duplex: "half" } = {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
        duplex: "half",
      };
      const response = await fetch(`${url}/agents/greeter/runs`, init);
      expect(response.status).toBe(413);
      expect(await problemOf(response)).toMatchObject({ limit: 1_048_576 });
    }
  });

  test("what comes in pieces is put together", async () => {
    const { handler } = serving();
    const { port } = await serve(handler);
    const client = await raw(port);
    const request = post("/agents/greeter/runs", { input: "é😀" }, "Accept: application/json");
    for (const byte of Buffer.from(request)) client.socket.write(Buffer.of(byte));
    await client.until("Hello, wide world");
  });

  test("one that breaks off starts nothing", async () => {
    const { handler, errors } = serving();
    let answered: Response | undefined;
    const { port } = await serve(async (request) => (answered = await handler(request)));
    const client = await raw(port);
    client.send(post("/agents/greeter/runs", { input: "Hi", thread: "t" }).slice(0, -5));
    client.socket.end();
    await client.end();
    await eventually(() => answered !== undefined);
    expect(answered?.status).toBe(400);
    expect(await handler.runtime.log.threads.get("t")).toBeUndefined();
    expect(errors).toEqual([]);
  });

  test("one that nobody reads on is not taken in, and then does not hold up the connection", async () => {
    const total = 50_000_000;
    let answer = (_: Response) => {};
    let received = () => 0;
    const listener = nodeHandler(async (request) => {
      await request.body?.getReader().read();
      return new Promise((resolve) => {
        answer = resolve;
      });
    });
    const server = createServer((request, response) => {
      received = () => request.socket.bytesRead;
      listener(request, response);
    });
    const client = await raw(await listen(server));
    client.send(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${total}\r\n\r\n`);
    client.socket.write(Buffer.alloc(total));
    expect(await standstill(() => received())).toBeLessThan(total / 2);
    answer(new Response("enough"));
    const text = await client.until("enough");
    expect(text.toLowerCase()).toContain("connection: close");
  });
});

describe("responses", () => {
  test("a reader that stalls stops the source, and gets everything once it reads", async () => {
    let given = 0;
    const total = 20_000_000;
    async function* source() {
      for (; given < total; given += 1_000) yield "x".repeat(1_000);
    }
    const { port } = await serve(() => sseResponse(source()));
    const client = await raw(port);
    client.socket.pause();
    client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(await standstill(() => given)).toBeLessThan(total);
    client.socket.resume();
    const text = await client.end();
    expect(text.match(/data: x{1000}/g)).toHaveLength(total / 1_000);
  });

  test("a reader that leaves cancels the body and fires the request's signal", async () => {
    let cancelled = false;
    let signal: AbortSignal | undefined;
    const { port } = await serve((request) => {
      signal = request.signal;
      return new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode("first")),
          cancel() {
            cancelled = true;
          },
        }),
      );
    });
    const client = await raw(port);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await client.until("first");
    const aborted = once(signal!, "abort");
    client.socket.destroy();
    await aborted;
    expect(cancelled).toBe(true);
  });

  test("one that leaves before the answer is there is noticed too", async () => {
    let answer = (_: Response) => {};
    let asked = () => {};
    const arrived = new Promise<void>((resolve) => {
      asked = resolve;
    });
    let signal: AbortSignal | undefined;
    const { port } = await serve((request) => {
      signal = request.signal;
      asked();
      return new Promise((resolve) => {
        answer = resolve;
      });
    });
    const client = await raw(port);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await arrived;
    const aborted = once(signal!, "abort");
    client.socket.destroy();
    await aborted;
    const cancelled = new Promise<void>((resolve) => {
      answer(new Response(new ReadableStream({ cancel: () => resolve() })));
    });
    await cancelled;
  });

  test("a body that breaks breaks the connection: there is no end that reads as success", async () => {
    async function* breaking() {
      yield "one";
      throw new Error("secret");
    }
    const { url, port } = await serve(() => sseResponse(breaking(), { onError: () => {} }));
    await expect(fetch(url).then((response) => response.text())).rejects.toThrow();
    const client = await raw(port);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const text = await client.end();
    expect(text).toContain("data: one\n\n");
    expect(text).not.toContain("\r\n0\r\n\r\n");
    expect(text).not.toContain("secret");
  });

  test("a handler that rejects is a 500 without its reasons, which go to the console", async () => {
    const told = vi.spyOn(console, "error").mockReturnValue();
    const fault = new Error("secret");
    const { url } = await serve(() => Promise.reject(fault));
    const response = await fetch(url);
    expect(response.status).toBe(500);
    expect(JSON.stringify(await problemOf(response))).not.toContain("secret");
    expect(told).toHaveBeenCalledWith(fault);
    told.mockRestore();
  });

  test("several cookies stay several, an empty body is empty, HEAD has none", async () => {
    const { url, port } = await serve(
      () =>
        new Response(null, {
          status: 204,
          headers: [
            ["set-cookie", "a=1; Path=/"],
            ["set-cookie", "b=2, with comma"],
          ],
        }),
    );
    const response = await fetch(url);
    expect(response.status).toBe(204);
    expect(response.headers.getSetCookie()).toEqual(["a=1; Path=/", "b=2, with comma"]);
    const client = await raw(port);
    client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    await client.until("204 No Content");
  });
});

describe("requests that are not", () => {
  test.each([
    "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x/y?\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: user@x\r\n\r\n",
    "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
  ])("%j is 400", async (request) => {
    const { port } = await serve(() => new Response("never"));
    const client = await raw(port);
    client.send(request);
    await client.until("HTTP/1.1 400");
  });

  test("a path cannot move the request to another host", async () => {
    const { port } = await serve((request) => new Response(new URL(request.url).href));
    const client = await raw(port);
    client.send("GET //evil.example/x?y HTTP/1.1\r\nHost: good.example\r\n\r\n");
    await client.until("http://good.example//evil.example/x?y");
  });
});

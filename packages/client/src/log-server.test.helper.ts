import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseCursor, type RunEvent } from "@runwire/core/protocol";
import { onTestFinished } from "vitest";
import { frameOf, snapshotFrame, stateOf } from "./sample-log.test.helper.ts";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  /** Of the SSE cursor, header or query; 0 without one. */
  readonly after: number;
  readonly body: unknown;
  /** Fires when the socket goes away. */
  readonly closed: Promise<void>;
}

export type Answer = (asked: Asked, response: ServerResponse) => void | Promise<void>;

export interface TestServer {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** Resolves once so many requests came. */
  reached(count: number): Promise<void>;
}

/** A plain server on a real socket that answers as the test says. Closes with the test. */
export async function serve(answer: Answer): Promise<TestServer> {
  const asked: Asked[] = [];
  const waiting = new Set<() => void>();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://test");
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const cursor = `${request.headers["last-event-id"] ?? url.searchParams.get("after") ?? ""}`;
    const one: Asked = {
      method: request.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      after: parseCursor(cursor.slice(cursor.lastIndexOf("/") + 1))?.seq ?? 0,
      body: text === "" ? undefined : JSON.parse(text),
      closed: new Promise((resolve) => response.on("close", resolve)),
    };
    asked.push(one);
    for (const wake of waiting) wake();
    await answer(one, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise((resolve) => void server.close(() => resolve()));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    reached: (count) =>
      new Promise((resolve) => {
        const check = () => {
          if (asked.length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}

export function stream(response: ServerResponse, status = 200): void {
  response.writeHead(status, { "content-type": "text/event-stream" });
  response.flushHeaders();
}

export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

export function problem(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string> = {},
): void {
  response
    .writeHead(status, { "content-type": "application/problem+json", ...headers })
    .end(JSON.stringify({ type: `urn:runwire:problem:${code}`, title: code, status }));
}

/** Serves what a log holds after the cursor, and ends the stream: at the log's end that is right, before it a cut. */
export function replay(log: readonly RunEvent[], after: number, response: ServerResponse): void {
  stream(response);
  response.end(framesAfter(log, after));
}

export function framesAfter(log: readonly RunEvent[], after: number): string {
  return log
    .filter((event) => event.seq > after)
    .map((event) => frameOf(event))
    .join("");
}

/** The log of whichever run is asked for; who asks for a snapshot gets one of its middle. */
export function serveLog(log: readonly RunEvent[]): Answer {
  return ({ after, query }, response) => {
    if (query.get("snapshot") !== "true" || after > 0) return replay(log, after, response);
    const half = Math.ceil(log.length / 2);
    stream(response);
    response.end(snapshotFrame(stateOf(log.slice(0, half))) + framesAfter(log, half));
  };
}

export async function collect(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const all: RunEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

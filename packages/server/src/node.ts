import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { TLSSocket } from "node:tls";
import { breakOff, isHttp2, writeTo } from "./node-body.ts";
import { Problem } from "./problem.ts";
import { problemReply } from "./reply.ts";
import { takeBody } from "./web-body.ts";

/** A fetch-shaped handler; one of `createHandler` also tells its base path, which finds a mistake in mounting it. */
export interface FetchHandler {
  (request: Request): Response | Promise<Response>;
  readonly basePath?: string;
}

/** A listener for `http.createServer`, `https.createServer`, `http2.createSecureServer`, and `app.use` of Express. */
export type NodeListener = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void;

/**
 * Lets Node's own servers and Express call a handler. A slow reader slows the body down; a closed connection fires the
 * request's signal and cancels the body; a body that breaks breaks the connection.
 *
 * @example
 * http.createServer(nodeHandler(handler)).listen(3000);
 * app.use("/api", nodeHandler(handler)); // Express; before express.json(), with basePath: "/api"
 */
export function nodeHandler(handler: FetchHandler): NodeListener {
  return (request, response) => {
    // HTTP/2's compatibility API is the same where it is used here; `isHttp2` marks where it is not.
    void exchange(handler, request as IncomingMessage, response as ServerResponse);
  };
}

/** What Express adds when it has taken a mount path off `url`. */
interface Mounted {
  readonly originalUrl?: string;
  readonly baseUrl?: string;
}

/** How long an unread upload is discarded before its connection is closed, so that the answer can be read. */
const lingerMs = 5_000;

/** Never rejects. */
async function exchange(
  handler: FetchHandler,
  req: IncomingMessage & Mounted,
  res: ServerResponse,
): Promise<void> {
  const viewer = new AbortController();
  const leave = (): void => {
    if (!res.writableEnded) viewer.abort();
  };
  res.once("close", leave);
  // A connection that breaks while it is written to also closes, and that is what counts.
  res.on("error", () => {});
  const body = new IncomingBody(req);
  try {
    const response = await answer(handler, req, body, viewer.signal);
    if (viewer.signal.aborted) {
      await response.body?.cancel();
      return;
    }
    sendHead(response, req, res);
    const direct = response.body === null ? undefined : takeBody(response.body);
    if (direct === undefined) {
      await sendBody(response.body, res);
    } else {
      writeTo(res, direct);
    }
  } catch {
    // The body broke, or its headers are none: no answer may look complete.
    if (res.headersSent) breakOff(res);
    else res.writeHead(500).end();
  }
  body.discard();
}

async function answer(
  handler: FetchHandler,
  req: IncomingMessage & Mounted,
  body: IncomingBody,
  signal: AbortSignal,
): Promise<Response> {
  const mistake = findMistake(handler, req);
  if (mistake !== undefined) return toResponse(new Problem("internal", { detail: mistake }));
  let request: Request;
  try {
    request = toRequest(req, body, signal);
  } catch {
    const detail = "The method, the URL or the Host header is not valid.";
    return toResponse(new Problem("invalid-request", { detail }));
  }
  try {
    return await handler(request);
  } catch (error) {
    // One of `createHandler` does not reject; nobody else would ever hear of it from others.
    console.error(error);
    return toResponse(new Problem("internal"));
  }
}

/** What is wrong with how the handler was mounted, and what to do about it. */
function findMistake(
  { basePath }: FetchHandler,
  { baseUrl = "", readableDidRead }: IncomingMessage & Mounted,
): string | undefined {
  if (readableDidRead) {
    return "The body was read before the handler got it, by express.json() or the like. Mount nodeHandler before body parsers.";
  }
  if (basePath === undefined || `${basePath}/`.startsWith(`${baseUrl}/`)) return undefined;
  return `The handler is mounted at ${JSON.stringify(baseUrl)}, but its basePath is ${JSON.stringify(basePath)}. Call createHandler with basePath: ${JSON.stringify(baseUrl)}.`;
}

function toRequest(
  req: IncomingMessage & Mounted,
  body: IncomingBody,
  signal: AbortSignal,
): Request {
  const { method = "GET", rawHeaders } = req;
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (!name.startsWith(":")) headers.append(name, rawHeaders[index + 1] ?? "");
  }
  const hasBody = method !== "GET" && method !== "HEAD";
  const init: RequestInit & { duplex: "half" } = { method, headers, signal, duplex: "half" };
  if (hasBody) init.body = body.stream();
  return new Request(urlOf(req), init);
}

/** Express takes the mount path off `url`; the handler's base path is the whole one. */
function urlOf(req: IncomingMessage & Mounted): URL {
  const path = req.originalUrl ?? req.url ?? "/";
  if (!path.startsWith("/")) return new URL(path);
  const scheme = (req.socket as TLSSocket).encrypted ? "https" : "http";
  const host = req.headers.host ?? req.headers[":authority"] ?? "localhost";
  const origin = new URL(`${scheme}://${String(host)}`);
  // Nobody moves the path by what they write into Host.
  if (origin.href !== `${origin.origin}/`) throw new TypeError("Host is not a host.");
  return new URL(origin.origin + path);
}

/** The body of a request, read only as far as somebody asks. */
class IncomingBody {
  readonly #req: IncomingMessage;
  #detach: (() => void) | undefined;

  constructor(req: IncomingMessage) {
    this.#req = req;
  }

  stream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          // It is over already, and says so to nobody who comes now.
          if (this.#req.destroyed && this.#detach === undefined) throw brokenOff();
          this.#detach ??= this.#attach(controller);
          this.#req.resume();
        },
        // Not destroyed: that would close the connection on which the answer goes out.
        cancel: () => this.#detach?.(),
      },
      { highWaterMark: 0 },
    );
  }

  #attach(controller: ReadableStreamDefaultController<Uint8Array>): () => void {
    const req = this.#req;
    const onData = (chunk: Uint8Array) => {
      req.pause();
      controller.enqueue(chunk);
    };
    const onEnd = () => {
      detach();
      controller.close();
    };
    const onClose = () => {
      detach();
      controller.error(brokenOff());
    };
    const detach = () => {
      req.off("data", onData).off("end", onEnd).off("error", onClose).off("close", onClose);
      req.pause();
    };
    req.on("data", onData).on("end", onEnd).on("error", onClose).on("close", onClose);
    return detach;
  }

  /** What nobody read goes away, or the connection's next request would wait behind it. */
  discard(): void {
    const req = this.#req;
    this.#detach?.();
    if (req.complete || req.destroyed) return;
    const timer = setTimeout(() => req.destroy(), lingerMs);
    timer.unref();
    req.once("close", () => clearTimeout(timer)).once("end", () => clearTimeout(timer));
    req.on("error", () => {}).resume();
  }
}

function brokenOff(): Error {
  return new Error("The connection closed before the end of the body.");
}

function sendHead(response: Response, req: IncomingMessage, res: ServerResponse): void {
  res.statusCode = response.status;
  response.headers.forEach((value, name) => {
    if (name !== "set-cookie") res.setHeader(name, value);
  });
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) res.setHeader("set-cookie", cookies);
  if (!req.complete && !isHttp2(res)) res.setHeader("connection", "close");
}

async function sendBody(body: Response["body"], res: ServerResponse): Promise<void> {
  res.flushHeaders();
  if (body === null) {
    res.end();
    return;
  }
  const reader = body.getReader();
  const leave = () => void reader.cancel().catch(() => {});
  res.once("close", leave);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!res.write(value)) await drained(res);
    }
    res.end();
  } finally {
    res.off("close", leave);
  }
}

function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off("drain", done).off("close", done);
      resolve();
    };
    res.on("drain", done).on("close", done);
  });
}

function toResponse(problem: Problem): Response {
  const { status, headers, body } = problemReply(problem);
  return new Response(body as string, { status, headers: headers as Record<string, string> });
}

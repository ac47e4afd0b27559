import type { RuntimeCore } from "@runwire/core";
import { PROTOCOL } from "@runwire/core/protocol";
import { identify } from "./authorize.ts";
import type { Context } from "./context.ts";
import { checkCors, corsHeaders, isPreflight, preflightReply } from "./cors.ts";
import { admission } from "./limits.ts";
import { checkProtocol, protocolHeader } from "./negotiate.ts";
import type { ServeOptions } from "./options.ts";
import { checkPositive } from "./positive.ts";
import { closing, Problem, problemOf } from "./problem.ts";
import { problemReply, type Reply } from "./reply.ts";
import { reporter } from "./report.ts";
import type { Route } from "./route.ts";
import { createRouter, type Method } from "./router.ts";
import { routes } from "./routes/all.ts";
import { createViewers } from "./viewers.ts";

/** A runtime behind HTTP. */
export interface Service {
  readonly basePath: string;
  /** Never rejects. */
  respond(request: Request): Promise<Response>;
  /** From now on every request is told to come back later. */
  refuse(): void;
  /** Ends the streams that are open. */
  closeStreams(): void;
}

type CommonHeaders = { readonly [name: string]: string };

/** What `authorize` answers in our place. */
type Refusal = { readonly response: Response };

/** @throws TypeError for options that cannot work, before there is a runtime to close. */
export function prepare(options: ServeOptions): (runtime: RuntimeCore) => Service {
  const { authorize, cors, basePath = "", maxBodyBytes = 1_048_576, keepAliveMs = 8_000 } = options;
  const { clientModels = [] } = options;
  if (cors !== undefined) checkCors(cors);
  checkPositive("maxBodyBytes", maxBodyBytes);
  checkPositive("keepAliveMs", keepAliveMs);
  const router = createRouter(basePath, routes);
  const admit = admission(options.limits ?? {});
  const report = reporter(options.onError);
  const viewers = createViewers({ keepAliveMs, onError: report });
  let refusing = false;

  async function respond(runtime: RuntimeCore, request: Request): Promise<Response> {
    const common: CommonHeaders = {
      [protocolHeader]: String(PROTOCOL),
      ...(cors !== undefined && corsHeaders(cors, request)),
    };
    try {
      const reply = await answer(runtime, request);
      return "response" in reply
        ? withHeaders(reply.response, common)
        : toResponse(request, reply, common);
    } catch (error) {
      if (!Problem.is(error)) report(error, request);
      return toResponse(request, problemReply(problemOf(error)), common);
    }
  }

  async function answer(runtime: RuntimeCore, request: Request): Promise<Reply | Refusal> {
    if (cors !== undefined && isPreflight(request)) {
      return preflightReply(cors, request, allMethods);
    }
    if (refusing) throw closing();
    const url = new URL(request.url);
    const { routes: found, params } = router.match(url.pathname);
    const method = request.method === "HEAD" ? "GET" : request.method;
    const route = found.get(method as Method);
    if (route !== undefined) return run(route, { runtime, request, url, params });
    const allow = [...found.keys(), ...(found.has("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
    if (method === "OPTIONS") return { status: 204, headers: { allow } };
    throw new Problem("method-not-allowed", { headers: { allow } });
  }

  async function run(
    route: Route,
    call: Pick<Context, "runtime" | "request" | "url" | "params">,
  ): Promise<Reply | Refusal> {
    const { request, url } = call;
    const action = route.action?.(call.params);
    let principal: string | undefined;
    if (authorize !== undefined && action !== undefined) {
      const identity = await identify(authorize, request, action);
      if ("response" in identity) return identity;
      principal = identity.principal;
    }
    checkProtocol(request, url);
    const release = action === undefined ? () => {} : admit(principal);
    const stream = viewers.streamFor(request, release);
    let streaming = false;
    try {
      return await route.handle({
        ...call,
        principal,
        maxBodyBytes,
        clientModels,
        pathOf: (id) => `${router.base}/runs/${encodeURIComponent(id)}`,
        stream(source) {
          const reply = stream(source);
          streaming = true;
          return reply;
        },
      });
    } finally {
      if (!streaming) release();
    }
  }

  return (runtime) => ({
    basePath: router.base,
    respond: (request) => respond(runtime, request),
    refuse() {
      refusing = true;
    },
    closeStreams: viewers.closeAll,
  });
}

const allMethods: readonly Method[] = ["GET", "POST", "DELETE"];

function toResponse({ method }: Request, reply: Reply, common: CommonHeaders): Response {
  let { body } = reply;
  if (method === "HEAD") {
    if (body instanceof ReadableStream) void body.cancel();
    body = undefined;
  }
  return new Response(body ?? null, {
    status: reply.status,
    headers: { ...common, ...reply.headers },
  });
}

/** For a response of `authorize`, whose headers cannot be written when it comes from `fetch` or `Response.redirect`. */
function withHeaders(response: Response, extra: CommonHeaders): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(extra)) {
    if (name === "vary") headers.append(name, value);
    else headers.set(name, value);
  }
  return new Response(response.body, { status: response.status, headers });
}

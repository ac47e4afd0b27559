import { Problem } from "./problem.ts";

/** What a request wants to do. */
export type Action =
  | { readonly type: "list-agents" }
  | { readonly type: "list-mcp-servers" }
  | { readonly type: "list-models" }
  | { readonly type: "start"; readonly agent: string }
  /** Its state or its events. */
  | { readonly type: "read"; readonly run: string }
  | { readonly type: "cancel"; readonly run: string }
  /** Steer it with a message. */
  | { readonly type: "send"; readonly run: string }
  /** Approve or deny a tool call. */
  | { readonly type: "approve"; readonly run: string; readonly approval: string }
  /** Give the result of a call that the client runs. */
  | { readonly type: "complete"; readonly run: string; readonly call: string }
  | { readonly type: "list-threads" }
  /** Its runs or its events. */
  | { readonly type: "read-thread"; readonly thread: string }
  | { readonly type: "delete-thread"; readonly thread: string };

/** Whose request it is: a stable id, never empty. Runs and threads belong to it. */
export type Principal = string | { readonly id: string };

/**
 * Decides on a request before its body is read and before anything is looked up, replays included. Asked for every
 * route but `GET /health`.
 *
 * - A principal: go ahead. What belongs to another principal is still 404: `authorize` need not look at ids.
 * - `null`: nobody is known behind the request. 401.
 * - A `Response`: sent as it is, for 403s, redirects to a login and such.
 * - A throw: 500, told to `onError`.
 *
 * It must not read the body: `request.clone()` has a second one.
 */
export type Authorize = (
  request: Request,
  action: Action,
) => Principal | null | Response | Promise<Principal | null | Response>;

/** Somebody, or the response that sends them away. */
export type Identity = { readonly principal: string } | { readonly response: Response };

/** Asks `authorize`; throws the 401. */
export async function identify(
  authorize: Authorize,
  request: Request,
  action: Action,
): Promise<Identity> {
  const verdict = await authorize(request, action);
  if (verdict === null) {
    throw new Problem("unauthorized", { headers: { "www-authenticate": "Bearer" } });
  }
  const principal = typeof verdict === "object" && "id" in verdict ? verdict.id : verdict;
  // Not `instanceof`: hosts put their own Response in the place of the global one.
  if (typeof principal === "object" && "headers" in principal) return { response: principal };
  // An empty or missing id is what comes of a look-up that went wrong: it must not make all of them one principal.
  if (typeof principal === "string" && principal !== "") return { principal };
  throw new TypeError(
    "authorize must return a principal with an id that is not empty, null, or a Response.",
  );
}

import type { Action } from "./authorize.ts";
import type { Context } from "./context.ts";
import type { Reply } from "./reply.ts";
import type { PathParams, RoutePattern } from "./router.ts";

/** One operation of the server. */
export interface Route extends RoutePattern {
  /** What `authorize` is asked; absent: anybody may. */
  readonly action?: (params: PathParams) => Action;
  /** Answers, or throws a {@link Problem}. Any other throw is a 500. */
  readonly handle: (context: Context) => Reply | Promise<Reply>;
}

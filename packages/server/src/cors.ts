import type { Reply } from "./reply.ts";

/** Which pages of other origins may use the server. Without it: none, as far as browsers obey. */
export interface CorsOptions {
  /** Such as `https://app.example`: scheme, host and port, compared as a whole. `"*"`: all, without credentials. */
  readonly origins: readonly string[] | "*";
  /** Let them send cookies. */
  readonly credentials?: boolean;
  /** How long a browser may remember the answer to its preflight. Default 600. */
  readonly maxAgeSeconds?: number;
}

/** What scripts of other origins may read, beside what they always may. */
const exposed = "Allow, Location, Preference-Applied, Retry-After, Runwire-Protocol";

/** @throws TypeError for lists that no browser would obey. */
export function checkCors({ origins, credentials }: CorsOptions): void {
  if (origins === "*") {
    if (credentials) {
      throw new TypeError('cors: with credentials, list the origins instead of "*".');
    }
    return;
  }
  for (const origin of origins) {
    if (origin !== "null" && URL.canParse(origin) && new URL(origin).origin === origin) continue;
    throw new TypeError(
      `cors: ${JSON.stringify(origin)} is not an origin such as "https://app.example" (no path, no "/" at the end).`,
    );
  }
}

/** The headers of every answer. */
export function corsHeaders(
  { origins, credentials }: CorsOptions,
  request: Request,
): { readonly [name: string]: string } {
  const origin = request.headers.get("origin");
  // Also for an origin that gets nothing: a shared cache must not hand it another one's answer.
  const vary: Reply["headers"] = origins === "*" ? {} : { vary: "Origin" };
  if (origin === null || (origins !== "*" && !origins.includes(origin))) return vary;
  return {
    ...vary,
    "access-control-allow-origin": origins === "*" ? "*" : origin,
    "access-control-expose-headers": exposed,
    ...(credentials && { "access-control-allow-credentials": "true" }),
  };
}

export function isPreflight(request: Request): boolean {
  return request.method === "OPTIONS" && request.headers.has("access-control-request-method");
}

/** What a preflight learns. A page of an origin that is not on the list has no use for it: {@link corsHeaders}. */
export function preflightReply(
  { maxAgeSeconds = 600 }: CorsOptions,
  request: Request,
  methods: readonly string[],
): Reply {
  const asked = request.headers.get("access-control-request-headers");
  return {
    status: 204,
    headers: {
      "access-control-allow-methods": methods.join(", "),
      // The list of origins is the gate: what is on it may use any header, its own included.
      ...(asked !== null && { "access-control-allow-headers": asked }),
      "access-control-max-age": String(maxAgeSeconds),
    },
  };
}

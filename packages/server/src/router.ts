import { Problem } from "./problem.ts";

export type Method = "GET" | "POST" | "DELETE";

/** The values of a path's `:names`, decoded. */
export type PathParams = { readonly [name: string]: string };

/** What finds a route: its method and its path below the base path, such as `/runs/:run/cancel`. */
export interface RoutePattern {
  readonly method: Method;
  readonly path: string;
}

interface Match<R> {
  /** The routes of the path, one per method. */
  readonly routes: ReadonlyMap<Method, R>;
  readonly params: PathParams;
}

export interface Router<R> {
  /** The base path, without a slash at its end. */
  readonly base: string;
  /** The routes of a path; throws the 404 when there are none. */
  match(pathname: string): Match<R>;
}

/** @throws TypeError when the base path is not one. */
export function createRouter<R extends RoutePattern>(
  basePath: string,
  routes: readonly R[],
): Router<R> {
  const base = checkBasePath(basePath);
  const paths = new Map<string, { readonly segments: string[]; readonly routes: Map<Method, R> }>();
  for (const route of routes) {
    const entry = paths.get(route.path) ?? { segments: split(route.path), routes: new Map() };
    entry.routes.set(route.method, route);
    paths.set(route.path, entry);
  }
  return {
    base,
    match(pathname) {
      if (!pathname.startsWith(`${base}/`)) throw noRoute(base, pathname);
      const asked = split(pathname.slice(base.length));
      for (const { segments, routes } of paths.values()) {
        const params = matchSegments(segments, asked);
        if (params !== undefined) return { routes, params };
      }
      throw noRoute(base, pathname);
    },
  };
}

function checkBasePath(basePath: string): string {
  const base = basePath.replace(/\/+$/, "");
  if (base === "" || /^(?:\/[^/?#\s]+)+$/.test(base)) return base;
  throw new TypeError(
    `basePath must be a path such as "/api", as the server sees it: ${JSON.stringify(basePath)}`,
  );
}

/** A server that is mounted below a path it does not know sees that path in front of everything: the usual cause. */
function noRoute(base: string, pathname: string): Problem {
  return new Problem("not-found", {
    detail: `There is no ${pathname} here. Did you set basePath? It is ${JSON.stringify(base || "/")}.`,
  });
}

function split(path: string): string[] {
  return path.split("/").slice(1);
}

function matchSegments(
  segments: readonly string[],
  asked: readonly string[],
): PathParams | undefined {
  if (segments.length !== asked.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const text = asked[index] ?? "";
    if (segment.startsWith(":")) params[segment.slice(1)] = text;
    else if (segment !== text) return undefined;
  }
  for (const [name, text] of Object.entries(params)) params[name] = decode(text);
  return params;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Problem("invalid-request", { detail: "The path is not a well-formed URL." });
  }
}

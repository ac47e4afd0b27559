import { PROTOCOL } from "@runwire/core/protocol";
import { Problem } from "./problem.ts";

/** In both directions: the protocol version that the client asks for, and the one it gets. */
export const protocolHeader = "runwire-protocol";

const supported: readonly number[] = [PROTOCOL];

/** Refuses a request for other versions than ours. One that asks for none gets the newest. */
export function checkProtocol(request: Request, url: URL): void {
  const asked = request.headers.get(protocolHeader) ?? url.searchParams.get("protocol");
  if (asked === null || asked.split(",").some((one) => supported.includes(Number(one)))) return;
  throw new Problem("not-acceptable", {
    detail: `This server speaks version ${supported.join(", ")} of the protocol.`,
    members: { supported },
  });
}

/**
 * The offered media type that `Accept` likes best (RFC 9110 §12.5.1): by quality, then by how exactly it is named, then
 * by our order. So a client that names JSON beside a wildcard gets JSON.
 */
export function negotiate<T extends string>(request: Request, offers: readonly T[]): T {
  const ranges = parseAccept(request.headers.get("accept") || "*/*");
  let best: { readonly offer: T; readonly quality: number; readonly exact: number } | undefined;
  for (const offer of offers) {
    const range = ranges
      .filter(({ type }) => matches(type, offer))
      .reduce<Range | undefined>(
        (a, b) => (a === undefined || b.exact > a.exact ? b : a),
        undefined,
      );
    if (range === undefined || range.quality === 0) continue;
    const { quality, exact } = range;
    const better =
      best === undefined ||
      quality > best.quality ||
      (quality === best.quality && exact > best.exact);
    if (better) best = { offer, quality, exact };
  }
  if (best !== undefined) return best.offer;
  throw new Problem("not-acceptable", {
    detail: `This is served as ${offers.join(", ")}.`,
    members: { supported: offers },
  });
}

/** Whether `Prefer: respond-async` (RFC 7240 §4.1) stands among the preferences. */
export function prefersAsync(request: Request): boolean {
  const preferences = request.headers.get("prefer") ?? "";
  return /(?:^|[,\s])respond-async(?:$|[\s,;])/i.test(preferences);
}

interface Range {
  readonly type: string;
  readonly quality: number;
  /** 0: anything, 1: a type with any subtype, 2: one media type. */
  readonly exact: number;
}

function parseAccept(header: string): readonly Range[] {
  return header.split(",").flatMap((part) => {
    const [name = "", ...parameters] = part.split(";");
    const type = name.trim().toLowerCase();
    if (type === "") return [];
    const q = parameters.map((p) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/i.exec(p)?.[1]).find(Boolean);
    const exact = type === "*/*" ? 0 : type.endsWith("/*") ? 1 : 2;
    return [{ type, quality: q === undefined ? 1 : Number(q), exact }];
  });
}

function matches(range: string, offer: string): boolean {
  if (range === "*/*" || range === offer) return true;
  return range.endsWith("/*") && offer.startsWith(range.slice(0, -1));
}

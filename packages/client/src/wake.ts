/** What a page learns about itself: it is seen again, or the network came back or went away. */
export type Wake = "seen" | "online" | "offline";

/**
 * Tells when a page comes back: `pageshow`, `visibilitychange`, `online`. Timers sleep in hidden pages, and phones kill
 * the sockets of sleeping pages without an error. Where there is no page nothing is ever told. Returns the way to stop.
 */
export function onWake(listener: (wake: Wake) => void): () => void {
  if (typeof globalThis.addEventListener !== "function") return () => {};
  const stop = new AbortController();
  const options = { signal: stop.signal };
  const page = globalThis.document as Document | undefined;
  const heard = ({ type }: Event) => {
    if (type === "online" || type === "offline") listener(type);
    else if (type === "pageshow" || page?.visibilityState === "visible") listener("seen");
  };
  for (const type of ["online", "offline", "pageshow"]) {
    globalThis.addEventListener(type, heard, options);
  }
  page?.addEventListener("visibilitychange", heard, options);
  return () => stop.abort();
}

/** False only where the browser is sure that there is no network. */
export function isOnline(): boolean {
  return globalThis.navigator?.onLine !== false;
}

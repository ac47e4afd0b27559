import { type MouseEvent, useSyncExternalStore } from "react";

/** Where the page is. The address says it: a reload, a bookmark or another tab goes on with it. */
export interface Place {
  /** Absent: a conversation that has not begun. */
  readonly thread: string | undefined;
  /** Grows whenever the person goes somewhere. */
  readonly visit: number;
}

const prefix = "/t/";
const listeners = new Set<() => void>();
let place: Place = { thread: threadInAddress(), visit: 0 };

export function usePlace(): Place {
  return useSyncExternalStore(subscribe, () => place);
}

export function pathOf(thread: string | undefined): string {
  return thread === undefined ? "/" : prefix + encodeURIComponent(thread);
}

export function goTo(thread: string | undefined): void {
  if (pathOf(thread) !== location.pathname) history.pushState(null, "", pathOf(thread));
  arrive({ thread, visit: place.visit + 1 });
}

/** The conversation on the page has begun and got its id: the address follows, and nothing else changes. */
export function adopt(thread: string): void {
  if (place.thread !== undefined) return;
  history.replaceState(null, "", pathOf(thread));
  arrive({ thread, visit: place.visit });
}

/** For links: goes there, unless the person asked for a tab or a window. */
export function followLink(event: MouseEvent, thread: string | undefined): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  goTo(thread);
}

addEventListener("popstate", () => arrive({ thread: threadInAddress(), visit: place.visit + 1 }));

function arrive(next: Place): void {
  place = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function threadInAddress(): string | undefined {
  const { pathname } = location;
  if (!pathname.startsWith(prefix)) return undefined;
  try {
    return decodeURIComponent(pathname.slice(prefix.length));
  } catch {
    // Somebody typed half of an escape: no conversation has that address.
    return pathname.slice(prefix.length);
  }
}

export interface LinkedAbort {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Lets go of the outer signal, which may live much longer. */
  release(): void;
}

/** A signal of one's own that also fires, with the same reason, when `outer` does. */
export function linkAbort(outer?: AbortSignal): LinkedAbort {
  const inner = new AbortController();
  const follow = () => inner.abort(outer?.reason);
  outer?.addEventListener("abort", follow);
  if (outer?.aborted) follow();
  return {
    signal: inner.signal,
    abort: (reason) => inner.abort(reason),
    release: () => outer?.removeEventListener("abort", follow),
  };
}

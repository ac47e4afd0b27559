/** A promise to settle from outside. */
export interface Deferred<T = void> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

export function deferred<T = void>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** A wake-up that remembers: `notify` before `wait` is not lost, many before one `wait` count once. */
export function latch(): { notify(): void; wait(): Promise<void> } {
  let set = false;
  let waiter: Deferred | undefined;
  return {
    notify() {
      set = true;
      waiter?.resolve();
    },
    async wait() {
      if (!set) {
        waiter ??= deferred();
        await waiter.promise;
        waiter = undefined;
      }
      set = false;
    },
  };
}

/** Resolves after `ms` or when `signal` fires, whichever is first; leaves no timer and no listener behind. */
export function sleep(
  ms: number,
  signal?: AbortSignal,
  options?: { readonly unref?: boolean },
): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(ms, 2_147_483_647));
    if (options?.unref) (timer as { unref?: () => void }).unref?.();
    signal?.addEventListener("abort", done, { once: true });
  });
}

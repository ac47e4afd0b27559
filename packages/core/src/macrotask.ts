/**
 * Runs a callback in the next macrotask, once, before timers of any length: the unit in which Runwire batches.
 * A microtask is too soon (a stream's whole microtask chain has to run first), `setTimeout(0)` is up to 4 ms too late.
 */
export const macrotask: (callback: () => void) => void = pick();

/** The same as a promise. */
export const nextMacrotask = (): Promise<void> => new Promise((resolve) => macrotask(resolve));

function pick(): (callback: () => void) => void {
  const immediate = (globalThis as { setImmediate?: (callback: () => void) => unknown })
    .setImmediate;
  if (immediate !== undefined) return (callback) => void immediate(callback);
  if (typeof MessageChannel === "undefined") return (callback) => void setTimeout(callback, 0);
  const queue: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => queue.shift()?.();
  return (callback) => {
    queue.push(callback);
    port2.postMessage(null);
  };
}

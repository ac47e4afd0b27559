/**
 * Runs a callback in the next macrotask: the unit in which streams are flushed. A microtask is too soon, since a
 * stream's whole chain of reads and writes runs inside one; `setTimeout` comes up to 4 ms late.
 */
export const macrotask: (callback: () => void) => void = pick();

/** The same as a promise. */
export const nextMacrotask = (): Promise<void> => new Promise((resolve) => macrotask(resolve));

function pick(): (callback: () => void) => void {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
  if (setImmediate !== undefined) return (callback) => void setImmediate(callback);
  if (typeof MessageChannel === "undefined") return (callback) => void setTimeout(callback, 0);
  const queue: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => queue.shift()?.();
  return (callback) => {
    queue.push(callback);
    port2.postMessage(null);
  };
}

/**
 * Puts timers of its own into the global scope. After `forget` nothing that was scheduled before it happens any more:
 * a program's timers end with the program.
 */
export function ownTimers(): { forget(): void } {
  let program = 0;
  const scope = globalThis as unknown as Record<
    string,
    (callback: Callback, ms: unknown) => unknown
  >;
  for (const name of ["setTimeout", "setInterval", "setImmediate"]) {
    const schedule = scope[name];
    if (schedule === undefined) continue;
    scope[name] = (callback, ms) => {
      const own = program;
      return schedule(() => own === program && callback(), ms);
    };
  }
  return {
    forget() {
      program++;
    },
  };
}

type Callback = () => unknown;

/**
 * A page whose animation frames come when the benchmark says, so that a snapshot can be had at every chunk and not only
 * every 16 ms. Returns what shows a frame, and the way to put things back.
 */
export function fakeFrames(): { readonly show: () => void; readonly restore: () => void } {
  let due: (() => void)[] = [];
  Object.assign(globalThis, {
    document: { visibilityState: "visible", addEventListener() {} },
    requestAnimationFrame: (callback: () => void) => due.push(callback),
    cancelAnimationFrame() {
      due = [];
    },
  });
  return {
    show() {
      const shown = due;
      due = [];
      for (const callback of shown) callback();
    },
    restore() {
      for (const name of ["document", "requestAnimationFrame", "cancelAnimationFrame"]) {
        Reflect.deleteProperty(globalThis, name);
      }
    },
  };
}

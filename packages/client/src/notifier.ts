/** One animation frame where there are none. */
const frameMs = 16;

export interface Notifier {
  /** With the next frame, however often it is called before. */
  soon(): void;
  now(): void;
}

/** Publishes at most once per frame: with the page's frames while it is seen, by a timer while it is hidden. */
export function createNotifier(publish: () => void): Notifier {
  let disarm: (() => void) | undefined;
  let framed = false;
  const now = () => {
    disarm?.();
    disarm = undefined;
    publish();
  };
  return {
    soon() {
      // A hidden page has no frames, and the one that it was waiting for does not come either.
      const seen = globalThis.document?.visibilityState === "visible";
      if (disarm !== undefined && (seen || !framed)) return;
      disarm?.();
      framed = seen;
      if (seen) {
        const frame = requestAnimationFrame(now);
        disarm = () => cancelAnimationFrame(frame);
      } else {
        const timer = setTimeout(now, frameMs);
        disarm = () => clearTimeout(timer);
      }
    },
    now,
  };
}

/**
 * Cuts text into pieces that are well-formed Unicode, which every delta must be (PROTOCOL.md §3 rule 21). A piece that
 * ends with half of a surrogate pair is held back by that half, which begins the next piece; half a pair that never
 * finds its other half becomes U+FFFD. One guard per part.
 */
export interface SurrogateGuard {
  /** What can go out now; may be empty. */
  push(text: string): string;
  /** What is left at the end; may be empty. */
  flush(): string;
}

export function createSurrogateGuard(): SurrogateGuard {
  let held = "";
  return {
    push(text) {
      if (text === "") return "";
      const whole = held + text;
      const last = whole.charCodeAt(whole.length - 1);
      if (last < 0xd800 || last > 0xdbff) {
        held = "";
        return whole.toWellFormed();
      }
      held = whole.slice(-1);
      return whole.slice(0, -1).toWellFormed();
    },
    flush() {
      const rest = held.toWellFormed();
      held = "";
      return rest;
    },
  };
}

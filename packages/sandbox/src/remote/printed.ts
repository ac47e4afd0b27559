import type { RunOptions } from "../sandbox.ts";

/** What a remote program prints, as it arrives, up to a limit. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  /** Hands it on. Throws what the caller's callback throws. */
  say(stream: "stdout" | "stderr", piece: string | null | undefined): void;
  /** Takes so many bytes off the limit; false when they do not fit. */
  take(bytes: number): boolean;
}

/** `onOver` is called once, when there was more than fits. */
export function printed(
  maxBytes: number,
  { onStdout, onStderr }: Pick<RunOptions, "onStdout" | "onStderr">,
  onOver: () => void,
): Printed {
  const text = { stdout: "", stderr: "" };
  let left = maxBytes;
  function take(bytes: number): boolean {
    const had = left;
    left -= bytes;
    if (left < 0 && had >= 0) onOver();
    return left >= 0;
  }
  return {
    get stdout() {
      return text.stdout;
    },
    get stderr() {
      return text.stderr;
    },
    take,
    say(stream, piece) {
      if (typeof piece !== "string" || piece === "" || left < 0) return;
      const bytes = Buffer.from(piece);
      // Without half a character at the end.
      const fits = new TextDecoder().decode(bytes.subarray(0, left), { stream: true });
      text[stream] += fits;
      if (fits !== "") (stream === "stdout" ? onStdout : onStderr)?.(fits);
      take(bytes.length);
    },
  };
}

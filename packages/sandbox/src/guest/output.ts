import type { Rich } from "../sandbox.ts";
import type { Channel } from "./channel.ts";
import type { Clock } from "./clock.ts";

/** What a program prints and shows, up to a limit; beyond it the program is told to stop. */
export interface GuestOutput {
  begin(maxBytes: number): void;
  write(stream: "stdout" | "stderr", bytes: Uint8Array): void;
  result(rich: Rich): void;
  /** From here to the end nothing is sent. */
  mute(): void;
  /** Sends what is left. True when something was dropped. */
  end(): boolean;
}

export function guestOutput({ send }: Channel, clock: Clock): GuestOutput {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  let left = 0;
  let truncated = false;
  let muted = false;

  function say(stream: "stdout" | "stderr", text: string): void {
    const size = Buffer.byteLength(text);
    const fits = size <= left ? text : cut(text, left);
    left -= Math.min(size, left);
    // First what fits, so that the host has it before it hears of the stop.
    if (fits !== "") send({ type: "output", stream, text: fits });
    if (size > Buffer.byteLength(fits)) over();
  }

  function over(): void {
    truncated = true;
    clock.interrupt("output_limit");
  }

  return {
    begin(maxBytes) {
      left = maxBytes;
      truncated = muted = false;
    },
    write(stream, bytes) {
      if (!muted) say(stream, decoders[stream].decode(bytes, { stream: true }));
    },
    result({ mime, data }) {
      const size = Buffer.byteLength(data);
      if (size > left) return over();
      left -= size;
      send({ type: "result", mime, data });
    },
    mute() {
      muted = true;
    },
    end() {
      for (const stream of ["stdout", "stderr"] as const) {
        const rest = decoders[stream].decode();
        if (!truncated && !muted) say(stream, rest);
      }
      return truncated;
    },
  };
}

/** As much of a text as takes up so many bytes, without half a character at its end. */
function cut(text: string, bytes: number): string {
  const start = Buffer.from(text).subarray(0, bytes);
  return new TextDecoder().decode(start, { stream: true });
}

import type { Channel } from "./channel.ts";
import type { Clock } from "./clock.ts";
import type { GuestOutput } from "./output.ts";

/** What an engine is given of its process. */
export interface Place {
  readonly wire: Channel;
  readonly time: Clock;
  readonly output: GuestOutput;
  readonly exit: (code: number) => never;
}

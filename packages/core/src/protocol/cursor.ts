/**
 * A place in a run's log, exclusive: "after `seq`". `epoch` is the fencing number under which the event at `seq` was
 * written; with it a reader whose history was lost by a fail-over is noticed. 0 = before the first event.
 */
export interface Cursor {
  readonly seq: number;
  readonly epoch?: number;
}

export const start: Cursor = { seq: 0 };

/** `12` or `12.1763700000000`: the SSE `id:` and the `?after=` form. */
export function formatCursor(cursor: Cursor): string {
  return cursor.epoch === undefined ? `${cursor.seq}` : `${cursor.seq}.${cursor.epoch}`;
}

/** The inverse of {@link formatCursor}; `undefined` for any other text. */
export function parseCursor(text: string): Cursor | undefined {
  const match = /^(\d{1,15})(?:\.(\d{1,15}))?$/.exec(text);
  if (match === null) return undefined;
  const seq = Number(match[1]);
  return match[2] === undefined ? { seq } : { seq, epoch: Number(match[2]) };
}

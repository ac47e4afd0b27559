/** Deltas are cut to this many UTF-16 units, far below the size limit of an event. */
const maxDelta = 16_384;

/**
 * Text that arrives in pieces cut anywhere, as deltas that are well formed each by itself: a high surrogate at the end
 * of a piece waits for its other half. (PROTOCOL.md §3 rule 21)
 */
export class DeltaText {
  #held = "";

  /** The deltas that the piece makes: none, one, or more when it is long. */
  add(piece: string): readonly string[] {
    let text = this.#held === "" ? piece : this.#held + piece;
    this.#held = "";
    if (endsHigh(text)) {
      this.#held = text.slice(-1);
      text = text.slice(0, -1);
    }
    return deltaPieces(text);
  }

  /** At the end of the text: what still waited, as the replacement character. */
  end(): readonly string[] {
    const rest = this.#held;
    this.#held = "";
    return deltaPieces(rest);
  }
}

/** A whole text as deltas of bounded size, never cut within a surrogate pair, lone surrogates replaced. */
export function deltaPieces(text: string): readonly string[] {
  const whole = text.toWellFormed();
  if (whole.length === 0) return [];
  if (whole.length <= maxDelta) return [whole];
  const pieces: string[] = [];
  for (let from = 0; from < whole.length; ) {
    let to = Math.min(from + maxDelta, whole.length);
    if (to < whole.length && endsHigh(whole.slice(from, to))) to--;
    pieces.push(whole.slice(from, to));
    from = to;
  }
  return pieces;
}

function endsHigh(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}

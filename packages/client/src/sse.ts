export interface SseSink {
  /** An event's `data`, its lines joined by LF, and the `id` that stood with it. */
  event(data: string, id: string | undefined): void;
  /** The server's `retry:`, in ms. */
  retry(ms: number): void;
}

/**
 * Parses an event stream (HTML Living Standard, "Interpreting an event stream") from text that arrives in any pieces.
 * Lines end with LF, CR or CRLF; `event`, comments and unknown fields are passed over, and an event without data is none.
 * A byte order mark is the decoder's to take away. Linear in the text, however small its pieces are.
 *
 * Throws what the sink throws, and a `RangeError` once more than `maxLength` UTF-16 units are of no whole event. Then it
 * is of no use any more.
 */
export function createSseParser(sink: SseSink, maxLength: number): (text: string) => void {
  /** What came after the last line's end. */
  let rest = "";
  let endedInCr = false;
  let data: string | undefined;
  let id: string | undefined;

  function takeLine(text: string, start: number, end: number): void {
    // Almost every line is one of these three, and finding out costs a third of the general way.
    if (start === end) dispatch();
    else if (text.startsWith("data: ", start)) takeField("data", text.slice(start + 6, end));
    else if (text.startsWith("id: ", start)) takeField("id", text.slice(start + 4, end));
    else {
      const line = text.slice(start, end);
      const colon = line.indexOf(":");
      // A line without a colon is a name, and its value is empty.
      const name = colon === -1 ? line.length : colon;
      takeField(line.slice(0, name), line.slice(name + (line[name + 1] === " " ? 2 : 1)));
    }
  }

  function takeField(name: string, value: string): void {
    switch (name) {
      case "data":
        data = data === undefined ? value : `${data}\n${value}`;
        break;
      case "id":
        if (!value.includes("\0")) id = value;
        break;
      case "retry":
        if (/^\d+$/.test(value)) sink.retry(Number(value));
    }
  }

  function dispatch(): void {
    if (data !== undefined) sink.event(data, id);
    data = undefined;
    id = undefined;
  }

  return (chunk) => {
    if (chunk === "") return;
    // Of a CRLF that was cut the CR has ended the line.
    let text = endedInCr && chunk[0] === "\n" ? chunk.slice(1) : chunk;
    endedInCr = chunk.endsWith("\r");
    if (text.includes("\r")) text = text.replace(/\r\n?/g, "\n");
    let end = text.indexOf("\n");
    if (end !== -1) {
      end += rest.length;
      text = rest + text;
      let start = 0;
      for (; end !== -1; end = text.indexOf("\n", start)) {
        takeLine(text, start, end);
        start = end + 1;
      }
      text = text.slice(start);
      rest = "";
    }
    // Not looked into before its line ends: that would read it from the start with every piece.
    rest += text;
    if (rest.length + (data?.length ?? 0) > maxLength) {
      throw new RangeError(`it is longer than ${maxLength} units.`);
    }
  };
}

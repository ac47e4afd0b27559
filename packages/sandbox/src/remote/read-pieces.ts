import { SandboxError } from "../sandbox-error.ts";

/**
 * The JSON values of a response: one, one per line (`application/x-ndjson`), or one per event (`text/event-stream`).
 * Throws `protocol` for what is no JSON, and for more than so many bytes.
 */
export async function* readPieces(response: Response, maxBytes: number): AsyncGenerator<unknown> {
  const type = response.headers.get("content-type") ?? "";
  if (type.includes("text/event-stream")) yield* events(lines(response, maxBytes));
  else if (/ndjson|jsonl/.test(type)) {
    for await (const line of lines(response, maxBytes)) if (line.trim() !== "") yield parse(line);
  } else {
    let text = "";
    for await (const piece of texts(response, maxBytes)) text += piece;
    yield parse(text);
  }
}

async function* events(lines: AsyncIterable<string>): AsyncGenerator<unknown> {
  let data: string[] = [];
  for await (const line of lines) {
    if (line === "") {
      if (data.length > 0 && data[0] !== "[DONE]") yield parse(data.join("\n"));
      data = [];
    } else if (line.startsWith("data:")) {
      data.push(line.slice(line[5] === " " ? 6 : 5));
    }
  }
}

/** Lines without their ends: LF or CRLF. The last one needs none. */
async function* lines(response: Response, maxBytes: number): AsyncGenerator<string> {
  let rest = "";
  for await (const text of texts(response, maxBytes)) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) yield line.replace(/\r$/, "");
  }
  if (rest !== "") yield rest;
}

async function* texts(response: Response, maxBytes: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let left = maxBytes;
  for await (const chunk of response.body ?? []) {
    left -= chunk.length;
    if (left < 0) {
      const message = `The sandbox answered with more than ${maxBytes} bytes.`;
      throw new SandboxError("protocol", { message });
    }
    yield decoder.decode(chunk, { stream: true });
  }
  yield decoder.decode();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = `The sandbox answered something that is no JSON: ${text.slice(0, 200)}`;
    throw new SandboxError("protocol", { message, cause });
  }
}

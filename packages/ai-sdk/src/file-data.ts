import type { SharedV4FileDataData, SharedV4FileDataUrl } from "@ai-sdk/provider";

type FileData = SharedV4FileDataData | SharedV4FileDataUrl;

/** A generated file as a URL: `data:` unless the provider keeps it somewhere. Version 3 has nothing but its content. */
export function toUrl(data: FileData | SharedV4FileDataData["data"], mediaType: string): string {
  if (typeof data === "string") return `data:${mediaType};base64,${data}`;
  if (data instanceof Uint8Array) return toUrl(toBase64(data), mediaType);
  return data.type === "url" ? (data.originalUrl ?? data.url.href) : toUrl(data.data, mediaType);
}

/** The content of a URL as the AI SDK takes it. */
export function toFileData(url: string): FileData {
  const [, base64, body] = /^data:[^,]*?(;base64)?,(.*)$/s.exec(url) ?? [];
  if (body === undefined) return { type: "url", url: new URL(url), originalUrl: url };
  const data = base64 ? body : toBase64(new TextEncoder().encode(decodeURIComponent(body)));
  return { type: "data", data };
}

/**
 * Whether a model reads such a file: any by value, those at an address as the provider says. The AI SDK would download
 * the others; an adapter does not open whatever address a user sends.
 */
export function isReadable(
  url: string,
  mediaType: string,
  supported: { readonly [pattern: string]: readonly RegExp[] },
): boolean {
  if (url.startsWith("data:")) return true;
  const [top] = mediaType.split("/");
  const patterns = ["*", "*/*", `${top}/*`, mediaType].flatMap((type) => supported[type] ?? []);
  return URL.canParse(url) && patterns.some((pattern) => pattern.test(url.toLowerCase()));
}

/** What can be said of a file that cannot be shown. */
export function fileNote(file: {
  readonly mediaType: string;
  readonly url: string;
  readonly filename?: string;
}): string {
  const where = file.url.startsWith("data:") ? "" : ` at ${file.url}`;
  const name = file.filename === undefined ? "" : ` ${file.filename}`;
  return `[file${name}, ${file.mediaType}${where}]`;
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

import type { Anthropic } from "@anthropic-ai/sdk";
import type { Content } from "@runwire/core/protocol";

type File = Extract<Content, { readonly type: "file" }>;
type FileBlock =
  | Anthropic.ImageBlockParam
  | Anthropic.DocumentBlockParam
  | Anthropic.TextBlockParam;

/** A text or a file as the model sees it. `cite`: the model is to say which passages of files it uses. */
export function contentBlock(content: Content, cite: boolean): FileBlock {
  return content.type === "text" ? { type: "text", text: content.text } : fileBlock(content, cite);
}

function fileBlock(file: File, cite: boolean): FileBlock {
  const { mediaType, url, filename } = file;
  const data = dataOf(url);
  if (/^image\/(jpeg|png|gif|webp)$/.test(mediaType)) {
    const media_type = mediaType as Anthropic.Base64ImageSource["media_type"];
    return {
      type: "image",
      source:
        data === undefined
          ? { type: "url", url }
          : { type: "base64", media_type, data: data.base64() },
    };
  }
  const source = documentSource(mediaType, url, data);
  // The model can at least name it, or fetch it with a tool.
  if (source === undefined) return { type: "text", text: fileNote(file) };
  return {
    type: "document",
    source,
    ...(filename !== undefined && { title: filename }),
    ...(cite && { citations: { enabled: true } }),
  };
}

function documentSource(
  mediaType: string,
  url: string,
  data: DataUrl | undefined,
): Anthropic.DocumentBlockParam["source"] | undefined {
  if (mediaType === "application/pdf") {
    return data === undefined
      ? { type: "url", url }
      : { type: "base64", media_type: mediaType, data: data.base64() };
  }
  if (data === undefined || !isText(mediaType)) return undefined;
  return { type: "text", media_type: "text/plain", data: data.text() };
}

function isText(mediaType: string): boolean {
  return /^text\/|[/+](json|xml|yaml|javascript|typescript|toml|sql)$/.test(mediaType);
}

interface DataUrl {
  base64(): string;
  text(): string;
}

/** The content of a `data:` URL (RFC 2397); `undefined` for other URLs. */
function dataOf(url: string): DataUrl | undefined {
  const [, base64, body] = /^data:[^,]*?(;base64)?,(.*)$/s.exec(url) ?? [];
  if (body === undefined) return undefined;
  return {
    base64: () =>
      base64 ? body : btoa(binary(new TextEncoder().encode(decodeURIComponent(body)))),
    text: () =>
      base64
        ? new TextDecoder().decode(Uint8Array.from(atob(body), (unit) => unit.charCodeAt(0)))
        : decodeURIComponent(body),
  };
}

function binary(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** What can be said of a file that cannot be shown. */
export function fileNote({ mediaType, url, filename }: Omit<File, "type">): string {
  const where = url.startsWith("data:") ? "" : ` at ${url}`;
  return `[file${filename === undefined ? "" : ` ${filename}`}, ${mediaType}${where}]`;
}

import type { CallToolResult, ContentBlock, ResourceContents } from "@modelcontextprotocol/client";
import { type ToolOutput, toolOutput } from "@runwire/core";
import type { Content, Json } from "@runwire/core/protocol";

/**
 * What a call came to. The output is the server's structured content where there is some, else its text; what the model
 * sees is everything that the server sent.
 */
export function toOutput({ structuredContent, content }: CallToolResult): Json | ToolOutput {
  const shown = content.map(toContent);
  const output = (structuredContent as Json | undefined) ?? textOf(shown);
  return saysTheSame(output, shown) ? output : toolOutput(output, shown);
}

/** The message of a call that failed. */
export function toFailure({ structuredContent, content }: CallToolResult): string {
  const text = textOf(content.map(toContent));
  if (text !== "") return text;
  return structuredContent === undefined
    ? "The server says that the call failed, and not why."
    : JSON.stringify(structuredContent);
}

/** A block as models and people get it: bytes become files, resources text with their address. */
export function toContent(block: ContentBlock): Content {
  switch (block.type) {
    case "text":
      return { type: "text", text: block.text };
    case "image":
    case "audio":
      return { type: "file", mediaType: block.mimeType, url: dataUrl(block.mimeType, block.data) };
    case "resource":
      return fromResource(block.resource);
    case "resource_link": {
      const { uri, name, title = name, description, mimeType } = block;
      const about = [mimeType, description].filter((part) => part !== undefined).join(", ");
      return { type: "text", text: `[${title}](${uri})${about === "" ? "" : `: ${about}`}` };
    }
    default:
      return unknown(block);
  }
}

export function fromResource(resource: ResourceContents): Content {
  const { uri, mimeType = "application/octet-stream" } = resource;
  if ("text" in resource) return { type: "text", text: `<${uri}>\n${resource.text}` };
  const url = dataUrl(mimeType, (resource as { readonly blob?: string }).blob ?? "");
  return { type: "file", mediaType: mimeType, url, filename: uri };
}

/** A block of a later version. */
function unknown(block: never): Content {
  return { type: "text", text: JSON.stringify(block) };
}

function dataUrl(mediaType: string, base64: string): string {
  return `data:${mediaType};base64,${base64}`;
}

/** The text of it all; of a file, what it is. */
export function textOf(contents: readonly Content[]): string {
  return contents
    .map((part) => (part.type === "text" ? part.text : `[${part.filename ?? part.mediaType}]`))
    .join("\n");
}

/** Whether the output alone tells the model as much: then nothing is kept twice. */
function saysTheSame(output: Json, shown: readonly Content[]): boolean {
  if (shown.length === 0) return true;
  if (shown.some(({ type }) => type !== "text")) return false;
  const text = textOf(shown);
  return output === text || (shown.length === 1 && isJsonOf(text, output));
}

function isJsonOf(text: string, value: Json): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(value);
  } catch {
    return false;
  }
}

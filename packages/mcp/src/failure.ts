import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from "@modelcontextprotocol/client";
import { isCutOff } from "./http-transport.ts";
import { McpError } from "./mcp-error.ts";

/** What the client or the network threw, in words for the model and for people. Nothing of a server's page gets in. */
export function toMcpError(server: string, thrown: unknown): McpError {
  if (McpError.is(thrown)) return thrown;
  const about = (code: McpError["code"], what: string): McpError =>
    new McpError(code, { message: `The MCP server "${server}" ${what}`, cause: thrown });
  if (ProtocolError.isInstance(thrown)) {
    return isCutOff(thrown) ? lost(server, thrown) : about("failed", `answered: ${thrown.message}`);
  }
  if (SdkHttpError.isInstance(thrown)) {
    const hint = thrown.status === 401 || thrown.status === 403 ? " Check its `headers`." : "";
    return about("unavailable", `answered with HTTP ${thrown.status}.${hint}`);
  }
  if (SdkError.isInstance(thrown)) {
    switch (thrown.code) {
      case SdkErrorCode.RequestTimeout:
        return about("unavailable", "did not answer in time.");
      case SdkErrorCode.ConnectionClosed:
      case SdkErrorCode.NotConnected:
      case SdkErrorCode.SendFailed:
        return lost(server, thrown);
      case SdkErrorCode.EraNegotiationFailed:
        return about("unavailable", `cannot be reached: ${reasonOf(thrown.cause ?? thrown)}`);
      default:
        return about("failed", `cannot be understood: ${thrown.message}`);
    }
  }
  return about("unavailable", `cannot be reached: ${reasonOf(thrown)}`);
}

export function lost(server: string, cause?: unknown): McpError {
  const message = `The connection to the MCP server "${server}" broke. What was asked of it may or may not have been done.`;
  return new McpError("lost", { message, cause });
}

/** After this the next request needs another connection. */
export function isBroken(thrown: unknown): boolean {
  if (ProtocolError.isInstance(thrown)) return isCutOff(thrown);
  if (SdkHttpError.isInstance(thrown)) return true;
  if (SdkError.isInstance(thrown)) {
    const { ConnectionClosed, NotConnected, SendFailed } = SdkErrorCode;
    const broken: readonly SdkErrorCode[] = [ConnectionClosed, NotConnected, SendFailed];
    return broken.includes(thrown.code);
  }
  return true;
}

/**
 * The request never reached the server's tools, so it may be repeated: the server does not know the session (it was
 * restarted), or nobody listened.
 */
export function neverRan(thrown: unknown): boolean {
  if (SdkHttpError.isInstance(thrown)) return thrown.status === 404 || thrown.status === 400;
  if (SdkError.isInstance(thrown)) return thrown.code === SdkErrorCode.NotConnected;
  return codeOf(thrown) === "ECONNREFUSED";
}

function reasonOf(thrown: unknown): string {
  const code = codeOf(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}

/** What the network says, as `fetch` hides it. */
function codeOf(thrown: unknown): string | undefined {
  const { cause } = thrown as { readonly cause?: { readonly code?: unknown } };
  return typeof cause?.code === "string" ? cause.code : undefined;
}

import { ClientError, type ClientErrorCode } from "@runwire/client";

const sentences: Partial<Record<ClientErrorCode, string>> = {
  network: "The server cannot be reached. Is it running? Try again when it is.",
  unauthorized: "The server does not know you. Sign in and try again.",
  forbidden: "You may not do this.",
  "not-found": "This conversation is not there any more.",
  closed: "The answer had just ended. Try again.",
  busy: "Another answer is still being written. Wait for it, or stop it.",
  gone: "This conversation was deleted.",
  "too-large": "That is too long for the server.",
  "rate-limited": "The server is busy. Try again in a moment.",
  server: "Something went wrong on the server. Try again.",
  protocol: "What answered is no Runwire server, or one of another version.",
};

/** An error in words for the person in front of it. What a run failed with is written for people already. */
export function explain(error: Error): string {
  if (!ClientError.is(error)) return error.message;
  return sentences[error.code] ?? error.message;
}

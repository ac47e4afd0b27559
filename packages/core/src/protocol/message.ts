import type { RunError } from "./errors.ts";
import type { Json, JsonObject, ProviderData } from "./json.ts";

/** What a person or an application puts into a message, and what a tool may show the model. */
export type Content =
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "file";
      readonly mediaType: string;
      /** `https:` or `data:`. */
      readonly url: string;
      readonly filename?: string;
    };

/** Fields that every part made by a model has. Parts of user messages have none of them. */
interface ModelPart {
  /** Unique in the run, made by the runtime. */
  readonly id?: string;
  /** The step that made the part. */
  readonly step?: number;
  /** Present while the model still writes it. */
  readonly open?: true;
  readonly provider?: ProviderData;
}

export interface TextPart extends ModelPart {
  readonly type: "text";
  readonly text: string;
  /** The model declines to answer. */
  readonly refusal?: true;
  /** The text is a JSON document: the agent's structured output. */
  readonly format?: "json";
}

export interface ReasoningPart extends ModelPart {
  readonly type: "reasoning";
  /** Empty when the provider keeps it to itself. */
  readonly text: string;
}

export interface FilePart extends ModelPart {
  readonly type: "file";
  readonly mediaType: string;
  readonly url: string;
  readonly filename?: string;
}

export interface SourcePart extends ModelPart {
  readonly type: "source";
  readonly url?: string;
  readonly title?: string;
  /** The id of the text part that cites it, with the cited range `[start, end)` in UTF-16 units. */
  readonly text?: string;
  readonly start?: number;
  readonly end?: number;
  readonly quote?: string;
}

/** A provider's item that no reader understands but that must go back to the provider. */
export interface OpaquePart extends ModelPart {
  readonly type: "opaque";
}

/** Custom data of the application, written by a tool. A later `data.emitted` with the same name and id replaces `data`. */
export interface DataPart {
  readonly type: "data";
  readonly name: string;
  readonly id?: string;
  readonly data: Json;
}

/**
 * `streaming` arguments arrive · `called` complete and validated, not started (a client's call waits here) ·
 * `approval` a person must decide · `running` · `interrupted` was running when its process died ·
 * then one of the settled: `completed`, `failed`, `denied`.
 */
export type ToolStatus =
  | "streaming"
  | "called"
  | "approval"
  | "running"
  | "interrupted"
  | "completed"
  | "failed"
  | "denied";

/** The question to a person, and once it is there, the answer. */
export interface Approval {
  readonly id: string;
  /** Store time in ms after which the answer is no. */
  readonly expiresAt?: number;
  readonly message?: string;
  /** Absent while nobody has answered. */
  readonly approved?: boolean;
  readonly by?: string;
  readonly reason?: string;
  readonly at?: number;
  readonly expired?: true;
}

export interface ToolPart {
  readonly type: "tool";
  readonly call: string;
  readonly name: string;
  readonly step: number;
  readonly status: ToolStatus;
  /** Who runs it; absent: the runtime. */
  readonly executor?: "client" | "provider";
  /** A client's call that must be approved before anybody runs it. */
  readonly needsApproval?: true;
  /** The raw arguments as they stream; gone once `input` is there, kept when they turn out invalid. */
  readonly args?: string;
  /** What will run: the model's input, or the one a person edited. */
  readonly input?: Json;
  /** The model's own input, when a person edited it. */
  readonly proposed?: Json;
  readonly approval?: Approval;
  /** The sub-agent that answers the call: its messages are in `state.scopes[call]`. */
  readonly agent?: string;
  /** How often execution began. */
  readonly attempt?: number;
  /** The newest progress value. */
  readonly progress?: Json;
  /**
   * The tail of what the tool printed, at most 131,072 UTF-16 units: each time it grows over that, its last 65,536 are
   * kept.
   */
  readonly log?: string;
  readonly output?: Json;
  /** What the model sees instead of `output`. */
  readonly content?: readonly Content[];
  readonly error?: RunError;
  readonly provider?: ProviderData;
}

export type Part =
  | TextPart
  | ReasoningPart
  | FilePart
  | SourcePart
  | OpaquePart
  | DataPart
  | ToolPart;

/** One entry of the history. `P` narrows the parts to one agent's tools and data; any `MessageOf<…>` is a `Message`. */
export interface MessageOf<P extends Part = Part> {
  /** Unique in the thread. */
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly parts: readonly P[];
  /** The agent that wrote it. */
  readonly agent?: string;
  /** Store time in ms. */
  readonly at?: number;
  readonly metadata?: JsonObject;
}

export type Message = MessageOf;

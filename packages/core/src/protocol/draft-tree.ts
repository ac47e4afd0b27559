import type { Message, Part } from "./message.ts";
import type { RunState, SubScope } from "./state.ts";

/** The same fields, to be written: only ever given to values that the draft owns. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The fields of a state or scope that come and go. */
type Optional = "step" | "retryAt" | "finishReason" | "error" | "waitingSince";

/** Where a part is. Indexes hold until the next revert of the scope. */
export interface Place {
  readonly scope: string | undefined;
  readonly message: number;
  readonly part: number;
}

/**
 * Copy on write over a plain {@link RunState}. A node (root, scopes, scope, messages, message, parts, part) that was
 * copied since the last {@link release} is owned and written in place; any other is shared with a published state and is
 * copied once, shallowly, on the way down from the root. So a state that was published never changes, what did not
 * change keeps its reference, and no index beside the state has to be kept or rebuilt.
 */
export class DraftTree {
  #root: Writable<RunState>;
  #rootOwned = false;
  #owned = new Set<object>();

  constructor(root: RunState) {
    this.#root = root;
  }

  /** The state as it is now, for reading. */
  get state(): RunState {
    return this.#root;
  }

  /** Gives up ownership: from here on the current state is immutable. */
  release(): void {
    if (!this.#rootOwned) return;
    this.#rootOwned = false;
    this.#owned.clear();
  }

  root(): Writable<RunState> {
    if (!this.#rootOwned) {
      this.#root = { ...this.#root };
      this.#rootOwned = true;
    }
    return this.#root;
  }

  /** The scope for reading; `undefined` when it was never opened. */
  peek(scope: string | undefined): SubScope | undefined {
    if (scope === undefined) return this.#root;
    return Object.hasOwn(this.#root.scopes, scope) ? this.#root.scopes[scope] : undefined;
  }

  /** The ids of all scopes, the root first, parents before children. */
  scopeIds(): readonly (string | undefined)[] {
    return [undefined, ...Object.keys(this.#root.scopes)];
  }

  /** The scope for writing. */
  scope(scope: string | undefined): Writable<SubScope> | undefined {
    const current = this.peek(scope);
    if (current === undefined) return undefined;
    if (scope === undefined) return this.root();
    if (this.#owned.has(current)) return current;
    return this.addScope(scope, current);
  }

  /** Takes fields away, by one more copy: an object that fields were deleted from stays slow to read and to copy. */
  drop(scope: string | undefined, ...fields: readonly Optional[]): void {
    const owner = this.scope(scope);
    if (owner === undefined || !fields.some((field) => field in owner)) return;
    const kept = Object.entries(owner).filter(([field]) => !fields.includes(field as Optional));
    const copy = Object.fromEntries(kept);
    if (scope === undefined) this.#root = copy as unknown as RunState;
    else this.addScope(scope, copy as unknown as SubScope);
  }

  /** Puts a copy of `value` under `scope`. Defines the property: an id may be `__proto__`. */
  addScope(scope: string, value: SubScope): Writable<SubScope> {
    const root = this.root();
    if (!this.#owned.has(root.scopes)) root.scopes = this.#copy(root.scopes);
    const copy = this.#copy(value);
    Object.defineProperty(root.scopes, scope, {
      value: copy,
      enumerable: true,
      configurable: true,
      writable: true,
    });
    return copy;
  }

  addMessage(scope: string | undefined, message: Message): void {
    this.#messages(scope)?.push(message);
  }

  addPart(scope: string | undefined, message: number, part: Part): void {
    this.#parts(scope, message)?.push(part);
  }

  /** Keeps the parts for which `keep` is true. */
  filterParts(scope: string | undefined, message: number, keep: (part: Part) => boolean): void {
    const parts = this.peek(scope)?.messages[message]?.parts;
    if (parts === undefined || parts.every(keep)) return;
    const copy = this.#message(scope, message);
    if (copy === undefined) return;
    copy.parts = parts.filter(keep);
    this.#owned.add(copy.parts);
  }

  getPart(place: Place): Part | undefined {
    return this.peek(place.scope)?.messages[place.message]?.parts[place.part];
  }

  setPart(place: Place, part: Part): void {
    const parts = this.#parts(place.scope, place.message);
    if (parts !== undefined) parts[place.part] = part;
  }

  /** The part for writing in place. */
  ownPart(place: Place): Writable<Part> | undefined {
    const parts = this.#parts(place.scope, place.message);
    const part = parts?.[place.part];
    if (parts === undefined || part === undefined) return undefined;
    if (this.#owned.has(part)) return part;
    const copy = this.#copy(part);
    parts[place.part] = copy;
    return copy;
  }

  /** The newest part of the scope that fits: what still changes is near the end. */
  find(scope: string | undefined, fits: (part: Part) => boolean): Place | undefined {
    const messages = this.peek(scope)?.messages ?? [];
    for (let message = messages.length - 1; message >= 0; message--) {
      const part = messages[message]?.parts.findLastIndex(fits) ?? -1;
      if (part >= 0) return { scope, message, part };
    }
    return undefined;
  }

  #messages(scope: string | undefined): Message[] | undefined {
    const owner = this.scope(scope);
    if (owner === undefined) return undefined;
    if (!this.#owned.has(owner.messages)) owner.messages = this.#copyArray(owner.messages);
    return owner.messages as Message[];
  }

  #message(scope: string | undefined, index: number): Writable<Message> | undefined {
    const messages = this.#messages(scope);
    const message = messages?.[index];
    if (messages === undefined || message === undefined) return undefined;
    if (this.#owned.has(message)) return message;
    const copy = this.#copy(message);
    messages[index] = copy;
    return copy;
  }

  #parts(scope: string | undefined, index: number): Part[] | undefined {
    const message = this.#message(scope, index);
    if (message === undefined) return undefined;
    if (!this.#owned.has(message.parts)) message.parts = this.#copyArray(message.parts);
    return message.parts as Part[];
  }

  #copy<T extends object>(value: T): T {
    const copy = { ...value };
    this.#owned.add(copy);
    return copy;
  }

  #copyArray<T>(value: readonly T[]): T[] {
    const copy = value.slice();
    this.#owned.add(copy);
    return copy;
  }
}

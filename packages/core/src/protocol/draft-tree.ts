import type { Message, Part } from "./message.ts";
import type { RunState, ScopeState, SubScope } from "./state.ts";

/** The same fields, to be written: only ever given to values that the draft owns. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Fields to be changed; `undefined` takes one away. */
export type Changes<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** The id of a sub-agent's scope; `undefined`: the run's own. */
export type ScopeId = string | undefined;

/**
 * Copy on write over a plain {@link RunState}. A node (root, scopes, scope, messages, message, parts, part) that was
 * copied since the last {@link release} is owned and written in place; any other is shared with a published state and is
 * copied once, shallowly, on the way down from the root. So a state that was published never changes, what did not
 * change keeps its reference, and no index beside the state has to be kept or rebuilt.
 *
 * What does not exist is not written: out of order an event changes nothing.
 */
export class DraftTree {
  /** The state as it is now, for reading. */
  state: RunState;
  readonly #owned = new Set<unknown>();

  constructor(state: RunState) {
    this.state = state;
  }

  /** Gives up ownership: from here on the current state is immutable. */
  release(): void {
    this.#owned.clear();
  }

  root(): Writable<RunState> {
    // Not by `#own`: engines copy an object fast where they meet few kinds of them.
    if (!this.#owned.has(this.state)) this.state = this.#keep({ ...this.state });
    return this.state;
  }

  /** The scope for reading; `undefined` when it was never opened. */
  scope(id: ScopeId): SubScope | undefined {
    if (id === undefined) return this.state;
    return Object.hasOwn(this.state.scopes, id) ? this.state.scopes[id] : undefined;
  }

  /** The ids of all scopes, the root first, parents before children. */
  scopeIds(): readonly ScopeId[] {
    return [undefined, ...Object.keys(this.state.scopes)];
  }

  setRoot(changes: Changes<RunState>): void {
    this.state = this.#keep(changed(this.state, changes));
  }

  setScope(id: ScopeId, changes: Changes<ScopeState>): void {
    const scope = this.scope(id);
    if (id === undefined) this.setRoot(changes);
    // Its property is there, also where the id is `__proto__`.
    else if (scope !== undefined) this.#scopes()[id] = changed(scope, changes);
  }

  /** Opens a scope. Defines the property, as literals do: an id may be `__proto__`. */
  addScope(id: string, scope: SubScope): void {
    this.setRoot({ scopes: { ...this.state.scopes, [id]: scope } });
  }

  addMessage(scope: ScopeId, message: Message): void {
    if (this.scope(scope) !== undefined) this.#messages(scope).push(message);
  }

  /** The index of the message with this id. */
  indexOf(scope: ScopeId, message: string | undefined): number {
    return this.scope(scope)?.messages.findLastIndex(({ id }) => id === message) ?? -1;
  }

  addPart(scope: ScopeId, message: number, part: Part): void {
    if (message >= 0) this.#parts(scope, message).push(part);
  }

  /** Takes away the parts for which `gone` is true. */
  dropParts(scope: ScopeId, message: number, gone: (part: Part) => boolean): void {
    if (!this.scope(scope)?.messages[message]?.parts.some(gone)) return;
    const owner = this.#message(scope, message);
    owner.parts = owner.parts.filter((part) => !gone(part));
  }

  /** Changes the newest part of the scope that fits. False when none does. */
  edit<P extends Part>(
    scope: ScopeId,
    fits: (part: Part) => part is P,
    changes: (part: P) => Changes<P>,
  ): boolean {
    const place = this.#find(scope, fits);
    if (place === undefined) return false;
    const { parts, index } = place;
    const part = parts[index] as P;
    parts[index] = changed(part, changes(part));
    return true;
  }

  /** The newest part of the scope that fits, for writing in place. */
  own<P extends Part>(scope: ScopeId, fits: (part: Part) => part is P): Writable<P> | undefined {
    const place = this.#find(scope, fits);
    return place && this.#own<P>(place.parts, place.index);
  }

  /** What still changes is near the end. */
  #find(
    scope: ScopeId,
    fits: (part: Part) => boolean,
  ): { readonly parts: Part[]; readonly index: number } | undefined {
    const messages = this.scope(scope)?.messages ?? [];
    for (let message = messages.length - 1; message >= 0; message--) {
      const index = messages[message]?.parts.findLastIndex(fits) ?? -1;
      if (index >= 0) return { parts: this.#parts(scope, message), index };
    }
    return undefined;
  }

  #scopes(): Writable<RunState["scopes"]> {
    return this.#own(this.root(), "scopes");
  }

  #messages(scope: ScopeId): Message[] {
    const owner = scope === undefined ? this.root() : this.#own<SubScope>(this.#scopes(), scope);
    return this.#own(owner, "messages");
  }

  #message(scope: ScopeId, index: number): Writable<Message> {
    return this.#own(this.#messages(scope), index);
  }

  #parts(scope: ScopeId, message: number): Part[] {
    return this.#own(this.#message(scope, message), "parts");
  }

  /** What is under the key of an owned node, owned. */
  #own<T extends object>(node: object, key: string | number): T & Writable<T> {
    const nodes = node as { [key: string | number]: T };
    const value = nodes[key] as T;
    if (this.#owned.has(value)) return value;
    const copy = (Array.isArray(value) ? value.slice() : { ...value }) as T;
    nodes[key] = copy;
    return this.#keep(copy);
  }

  #keep<T>(value: T): T {
    this.#owned.add(value);
    return value;
  }
}

/**
 * A copy with some fields changed. One that loses a field is made anew: an object that fields were deleted from stays
 * slow to read and to copy.
 */
export function changed<T extends object>(old: T, changes: Changes<T>): T {
  const isLost = (key: string) => key in changes && changes[key as keyof T] === undefined;
  let copy = { ...old };
  if (Object.keys(changes).some((key) => isLost(key) && key in old)) {
    copy = {} as T;
    for (const key in old) if (!isLost(key)) copy[key] = old[key];
  }
  for (const key in changes) {
    const value = changes[key];
    if (value !== undefined) copy[key] = value as T[typeof key];
  }
  return copy;
}

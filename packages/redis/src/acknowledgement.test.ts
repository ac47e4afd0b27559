import { describe, expect, test } from "vitest";
import { acknowledgement } from "./acknowledgement.ts";
import type { Connection, OwnConnection, Settled } from "./connection.ts";

/** A connection whose waits end when the test says so. */
function open(replicas = 2) {
  const waits: { readonly key: string; end(settled: Settled | Error): void }[] = [];
  let opened = 0;
  let closed = 0;
  const own: OwnConnection = {
    run: () => Promise.reject(new Error("unused")),
    duplicate: () => own,
    listen: () => {},
    subscribe: () => Promise.resolve(),
    unsubscribe: () => Promise.resolve(),
    settle: (key) =>
      new Promise((resolve, reject) => {
        waits.push({
          key,
          end: (settled) => (settled instanceof Error ? reject(settled) : resolve(settled)),
        });
      }),
    alive: () => true,
    close: () => void closed++,
  };
  const connection: Connection = {
    ...own,
    duplicate() {
      opened++;
      return own;
    },
  };
  const acknowledged = acknowledgement({ connection, replicas, timeoutMs: 100, onError() {} });
  return { acknowledged, waits, opened: () => opened, closed: () => closed };
}

const settled = (replicas: number, history = "abc"): Settled => ({
  replicas,
  info: `# Replication\r\nrole:master\r\nmaster_replid:${history}\r\n`,
});
const turn = () => new Promise((resolve) => setTimeout(resolve));

describe("acknowledgement", () => {
  test("one wait at a time for each partition; what comes meanwhile shares the next", async () => {
    const { acknowledged, waits, opened } = open();
    const first = acknowledged.confirm("{rw:0}", "abc");
    await turn();
    const later = [1, 2, 3].map(() => acknowledged.confirm("{rw:0}", "abc"));
    const elsewhere = acknowledged.confirm("{rw:1}", "abc");
    await turn();
    expect(waits.map(({ key }) => key)).toEqual(["{rw:0}:settled", "{rw:1}:settled"]);
    waits[0]?.end(settled(2));
    waits[1]?.end(settled(3));
    await Promise.all([first, elsewhere]);
    await turn();
    expect(waits.length).toBe(3);
    waits[2]?.end(settled(2));
    await Promise.all(later);
    expect(opened()).toBe(1);
  });

  test("too few replicas are not enough", async () => {
    const { acknowledged, waits } = open();
    const confirmed = expect(acknowledged.confirm("t", "abc")).rejects.toThrow("1 of 2 replicas");
    await turn();
    waits[0]?.end(settled(1));
    await confirmed;
  });

  test("the replicas of a master that did not write it do not count", async () => {
    const { acknowledged, waits } = open();
    const confirmed = expect(acknowledged.confirm("t", "abc")).rejects.toThrow("another server");
    await turn();
    waits[0]?.end(settled(5, "def"));
    await confirmed;
  });

  test("a wait that breaks fails those who share it, and nobody after them", async () => {
    const { acknowledged, waits } = open();
    const broken = expect(acknowledged.confirm("t", "abc")).rejects.toThrow("gone away");
    await turn();
    const next = acknowledged.confirm("t", "abc");
    waits[0]?.end(new Error("gone away"));
    await broken;
    await turn();
    waits[1]?.end(settled(2));
    await next;
  });

  test("closes what it opened", async () => {
    const { acknowledged, waits, closed } = open();
    const confirmed = acknowledged.confirm("t", "abc");
    await turn();
    waits[0]?.end(settled(2));
    await confirmed;
    acknowledged.close();
    await turn();
    expect(closed()).toBe(1);
    open().acknowledged.close();
  });
});

import type { RunEvent } from "@runwire/core/protocol";
import { expect, test } from "vitest";
import { until } from "../until.test.helper.ts";
import { startBalancer } from "./balancer.test.helper.ts";
import { setStage } from "./stage.test.helper.ts";
import { stores } from "./stores.test.helper.ts";

test.concurrent.for(stores)(
  "$name: processes are replaced one by one in mid-answer, and a viewer is told all of it once",
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const balancer = await startBalancer();
    onTestFinished(() => balancer.close());
    let instance = await stage.start();
    balancer.ports.add(instance.port);
    const told: RunEvent[] = [];
    const run = stage
      .client(balancer)
      .run("talker", "1000000", { on: { event: (e) => void told.push(e) } });
    for (let version = 2; version <= 4; version++) {
      const { epoch } = run.state ?? { epoch: 0 };
      await until(() => (run.state?.seq ?? 0) > version * 10 && run.state?.epoch === epoch);
      const before = instance;
      instance = await stage.start();
      balancer.ports.add(instance.port);
      balancer.ports.delete(before.port);
      before.tell("close 0");
      expect(await before.gone).toEqual([0, null]);
      await until(() => run.state?.epoch !== epoch);
    }
    await run.cancel();
    await expect(run.result).rejects.toMatchObject({ code: "cancelled" });
    const { events } = await stage.check(run.id);
    expect(told).toEqual(events);
    const causes = events.flatMap((e) => (e.type === "run.resumed" ? [e.cause] : []));
    expect(causes).toEqual(["handover", "handover", "handover"]);
  },
);

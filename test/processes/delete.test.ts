import { expect, test } from "vitest";
import { until } from "../until.test.helper.ts";
import { setStage } from "./stage.test.helper.ts";
import { stores } from "./stores.test.helper.ts";

test.concurrent.for(stores)(
  "$name: a thread is deleted under its owner and its viewers, all of them elsewhere",
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const [owner, front, other] = await Promise.all([
      stage.start(),
      stage.start({ works: false }),
      stage.start({ works: false }),
    ]);
    const run = stage.client(front).run("talker", "1000000");
    await until(() => (run.state?.seq ?? 0) > 10);
    const viewer = stage.client(owner).follow(run.id);
    const ends = [run.result, viewer.result].map((end) =>
      expect(end).rejects.toMatchObject({
        code: expect.stringMatching(/gone|not-found/),
      }),
    );
    await until(() => viewer.state);
    await stage.client(other).threads.delete(run.thread);
    await Promise.all(ends);
    await until(() => stage.notes(run.id).some(({ type }) => type === "aborted"));
    owner.tell(`intrude ${run.id}`);
    expect(await owner.said("intruded")).toBe(`intruded ${run.id} gone`);
    expect(await stage.log.find(run.id)).toBeUndefined();
  },
);

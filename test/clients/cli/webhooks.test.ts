import { expect, test } from "vitest";
import { cliHouse } from "./cli-house.ts";

const { cli, json } = cliHouse();

test("webhooks says what there is, and names what there could be", async () => {
  expect((await cli(["webhooks"])).out).toMatch(
    /^there are no webhooks; see webhooks in schedulearn\.example\.yaml\n$/,
  );
  expect(await json(["webhooks"])).toEqual({ webhooks: [] });
  const { code, err } = await cli(["webhooks", "test", "board"]);
  expect(code).toBe(1);
  expect(err).toContain("there is no webhook board; there are: none");
});

import { expect, test } from "vitest";
import { checkConfig } from "../../src/config/check.ts";
import { messagesOf } from "../input/refused.ts";

const configOf = (text: string) => checkConfig({ file: { path: "/etc/lab/x.yaml", text }, cwd: "/etc/lab", env: {} });

test.each([
  ["containers: {capabilities: [CAP_CHOWN]}", /capabilities\.0: must be one capability without CAP_, such as IPC_LOCK/],
  ["containers: {capabilities: [ALL]}", /must be one capability/],
  ["containers: {user: root}", /containers\.user: must be image, invoking, or a user by numbers/],
  ["containers: {mountRoots: [data]}", /mountRoots\.0: must be an absolute path/],
  ["containers: {mountRoots: [/]}", /mountRoots\.0: must be an absolute path/],
  ["containers: {mountRoots: [/data/../etc]}", /mountRoots\.0: must be an absolute path/],
  ["containers: {privileged: true}", /containers\.privileged: unknown/],
  ["images: {highPercent: 70, lowPercent: 70}", /images\.lowPercent: must be less than images\.highPercent/],
  ["registries: [{host: 'https://x', username: a, passwordEnv: P}]", /registries\.0\.host: must be a host/],
  ["registries: [{host: x, username: a}]", /registries\.0: give passwordFile or passwordEnv/],
  ["registries: [{host: x, username: a, password: hush}]", /registries\.0\.password: unknown/],
  [
    "registries: [{host: x, username: a, passwordEnv: P}, {host: x, username: b, passwordEnv: P}]",
    /registries\.1\.host: is that of registries\.0 already/,
  ],
])("%s is refused, and the field is named", (text, message) => {
  expect(messagesOf(() => configOf(text)).join("\n")).toMatch(message);
  expect(messagesOf(() => configOf(text)).join("\n")).not.toContain("hush");
});

test("the file of a registry's password starts at the folder of the configuration", () => {
  const { registries } = configOf("registries: [{host: 'r:5000', username: a, passwordFile: secrets/r}]");
  expect(registries).toEqual([{ host: "r:5000", username: "a", passwordFile: "/etc/lab/secrets/r" }]);
});

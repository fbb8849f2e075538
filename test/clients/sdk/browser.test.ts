import { fileURLToPath } from "node:url";
import { build, type Rollup } from "vite";
import { expect, test } from "vitest";

test("the SDK is bundled for a browser whole, with nothing of Node in it", async () => {
  const warnings: string[] = [];
  const [{ output } = { output: [] }] = (await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(new URL("../../../clients/sdk/index.ts", import.meta.url)), formats: ["es"] },
      rollupOptions: { onwarn: ({ message }) => warnings.push(message) },
    },
  })) as Rollup.RollupOutput[];
  const [chunk, ...others] = output;
  expect([others, warnings]).toEqual([[], []]);
  expect(chunk?.type === "chunk" && chunk.imports).toEqual([]);
  expect(chunk?.type === "chunk" && chunk.code).not.toMatch(/vite-browser-external|from "node:|require\(/);
});

import { describe, expect, test } from "vitest";
import { checkConfig } from "../../src/config/check.ts";
import { DomainError } from "../../src/core/errors.ts";

const load = (text: string) => checkConfig({ file: { path: "/etc/schedulearn.yaml", text }, cwd: "/etc", env: {} });

function faultsOf(text: string): string[] {
  try {
    load(text);
  } catch (error) {
    if (error instanceof DomainError) return error.faults.map(({ message }) => message);
    throw error;
  }
  return [];
}

describe("webhooks in schedulearn.yaml", () => {
  test("have their defaults, and files of secrets are found beside the file", () => {
    const { webhooks } = load(
      "webhooks:\n  - { name: board, url: 'http://127.0.0.1:8080/hook', secretFile: secrets/board }\n",
    );
    expect(webhooks).toEqual([
      {
        name: "board",
        url: "http://127.0.0.1:8080/hook",
        secretFile: "/etc/secrets/board",
        events: ["JobCompleted", "JobFailed"],
        format: "json",
        timeoutSeconds: 10,
      },
    ]);
    expect(load("").webhooks).toEqual([]);
  });

  test("every fault is told with its place and its remedy", () => {
    const text = `webhooks:
  - name: board
    url: ftp://example.org/hook
  - name: board
    url: http://me:secret@example.org/
    secret: long enough
    secretEnv: HOOK
`;
    expect(faultsOf(text)).toEqual([
      "schedulearn.yaml:4:5: webhooks.1.name: is that of webhooks.0 already",
      "schedulearn.yaml:3:5: webhooks.0.url: must be an address such as https://hooks.example.org/schedulearn",
      "schedulearn.yaml:4:5: webhooks.1: give one of secret, secretFile and secretEnv",
      "schedulearn.yaml:5:5: webhooks.1.url: must have no user and password: what is sent is signed with the secret",
    ]);
    expect(faultsOf("webhooks:\n  - name: b\n    url: http://a/\n    events: [JobDone]\n    formt: json\n")).toEqual([
      "schedulearn.yaml:5:5: webhooks.0.formt: unknown, did you mean format?",
      expect.stringMatching(
        /^schedulearn\.yaml:4:14: webhooks\.0\.events\.0: must be one of JobSubmitted, .*JobCancelled/,
      ),
    ]);
    expect(faultsOf("webhooks: [{ url: http://a/ }]")[0]).toMatch(
      /^schedulearn\.yaml:1:12: webhooks\.0\.name: is required/,
    );
  });
});

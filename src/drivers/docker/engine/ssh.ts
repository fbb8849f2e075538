import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import { Agent } from "node:http";
import { Duplex } from "node:stream";

const COMPLAINT_CHARS = 500;

/**
 * Docker's own way over SSH: the user's `ssh`, so that keys, known hosts and configuration are the user's too. One connection
 * for each request.
 */
export class SshAgent extends Agent {
  readonly #arguments: readonly string[];

  /** @param url `ssh://user@host:port` */
  constructor({ hostname, port, username }: URL) {
    super();
    const place = [...(port ? ["-p", port] : []), ...(username ? ["-l", username] : []), "--", hostname];
    this.#arguments = ["-T", "-o", "BatchMode=yes", ...place, "docker", "system", "dial-stdio"];
  }

  override createConnection(): Duplex {
    return new SshConnection(spawn("ssh", this.#arguments));
  }
}

/** What goes through `ssh`. It ends when `ssh` has ended, and not before: only then it is known whether that was a failure. */
class SshConnection extends Duplex {
  readonly #ssh: ChildProcessWithoutNullStreams;

  constructor(ssh: ChildProcessWithoutNullStreams) {
    super();
    this.#ssh = ssh;
    let complaint = "";
    ssh.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint = (complaint + text).slice(-COMPLAINT_CHARS);
    });
    ssh.stdout.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) ssh.stdout.pause();
    });
    ssh.stdin.on("error", () => undefined); // its end tells more
    ssh.on("error", (error) => this.destroy(error));
    ssh.on("close", (code) => {
      if (code) this.destroy(new Error(`ssh ended with ${code}: ${complaint.trim()}`));
      else this.push(null);
    });
  }

  override _read(): void {
    this.#ssh.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#ssh.stdin.write(chunk)) done();
    else this.#ssh.stdin.once("drain", done);
  }

  override _final(done: () => void): void {
    this.#ssh.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#ssh.kill();
    done(error);
  }
}

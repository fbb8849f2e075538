import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "./command.ts";

/** The files of one end of a TLS connection in the layout Docker's own client expects, and their contents as PEM. */
export interface TlsIdentity {
  dir: string;
  caPath: string;
  certPath: string;
  keyPath: string;
  ca: string;
  cert: string;
  key: string;
}

/** One authority per lab: engines trust clients it signed, clients trust engines it signed. Valid for one day. */
export class Authority {
  private constructor(private readonly dir: string) {}

  static async create(dir: string): Promise<Authority> {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    await openssl(join(dir, "ca-key.pem"), join(dir, "ca.pem"), ["-subj", "/CN=lab authority"]);
    return new Authority(dir);
  }

  /** Signs an engine's certificate for the address it listens on. */
  server(name: string, address: string): Promise<TlsIdentity> {
    return this.sign(name, [`subjectAltName=IP:${address},DNS:${name}`, "extendedKeyUsage=serverAuth"]);
  }

  client(name: string): Promise<TlsIdentity> {
    return this.sign(name, ["extendedKeyUsage=clientAuth"]);
  }

  private async sign(name: string, extensions: readonly string[]): Promise<TlsIdentity> {
    const dir = join(this.dir, name);
    mkdirSync(dir, { mode: 0o700 });
    const [caPath, certPath, keyPath] = [join(this.dir, "ca.pem"), join(dir, "cert.pem"), join(dir, "key.pem")];
    const authority = ["-CA", caPath, "-CAkey", join(this.dir, "ca-key.pem"), "-subj", `/CN=${name}`];
    await openssl(keyPath, certPath, [
      ...authority,
      ...["basicConstraints=CA:FALSE", ...extensions].flatMap((extension) => ["-addext", extension]),
    ]);
    const [ca, cert, key] = [caPath, certPath, keyPath].map((file) => readFileSync(file, "utf8"));
    return { dir, caPath, certPath, keyPath, ca: ca ?? "", cert: cert ?? "", key: key ?? "" };
  }
}

async function openssl(keyPath: string, certPath: string, args: readonly string[]): Promise<void> {
  const fresh = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
  await command("openssl", [...fresh, "-keyout", keyPath, "-out", certPath, ...args]);
  chmodSync(keyPath, 0o600);
}

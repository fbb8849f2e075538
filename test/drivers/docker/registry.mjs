// A small image registry, run in an engine's network: `node registry.mjs <tar of a root file system>` prints its port.
// It has one image, `model:1`, knows no other, refuses `secret/…` to all, and never answers about `slow/…`. With a second argument,
// `user:password`, it shows itself to nobody else, by the scheme that real ones have for that.
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

const digestOf = (bytes) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const json = (value) => Buffer.from(JSON.stringify(value));
const PIECE_BYTES = 64 * 1024;

/** A layer of one file that does not compress, sent slowly enough for its progress to be seen. */
function weights() {
  const content = randomBytes(2 * 1024 * 1024);
  const header = Buffer.alloc(512);
  header.write("weights");
  header.write("0000644\x000000000\x000000000\0", 100, "latin1");
  header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write(`${"0".repeat(11)}\0        0`, 136);
  header.write("ustar\u000000", 257, "latin1");
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  );
  return Buffer.concat([header, content, Buffer.alloc(1024)]);
}

const layers = [readFileSync(process.argv[2] ?? ""), weights()];
const packed = layers.map((layer) => gzipSync(layer, { level: 1 }));
const config = json({
  architecture: "amd64",
  os: "linux",
  config: { Env: ["PATH=/bin"] },
  rootfs: { type: "layers", diff_ids: layers.map(digestOf) },
});
const described = (mediaType, bytes) => ({ mediaType, size: bytes.length, digest: digestOf(bytes) });
const type = (name) => `application/vnd.docker.${name}`;
const manifest = json({
  schemaVersion: 2,
  mediaType: type("distribution.manifest.v2+json"),
  config: described(type("container.image.v1+json"), config),
  layers: packed.map((layer) => described(type("image.rootfs.diff.tar.gzip"), layer)),
});
const blobs = new Map([config, ...packed].map((bytes) => [digestOf(bytes), bytes]));

const refuse = (response, status, code) => response.writeHead(status).end(json({ errors: [{ code, message: code }] }));

const wanted = process.argv[3] && `Basic ${Buffer.from(process.argv[3]).toString("base64")}`;

const server = createServer(async ({ url = "", headers }, response) => {
  if (wanted && headers.authorization !== wanted) {
    response.setHeader("www-authenticate", 'Basic realm="registry"');
    return refuse(response, 401, "UNAUTHORIZED");
  }
  if (url.startsWith("/v2/slow/")) return;
  if (url === "/v2/") return response.end("{}");
  if (url.startsWith("/v2/secret/")) return refuse(response, 403, "DENIED");
  if (url.startsWith("/v2/model/manifests/") && /(1|sha256:.*)$/.test(url)) {
    return response.writeHead(200, { "content-type": type("distribution.manifest.v2+json") }).end(manifest);
  }
  const blob = blobs.get(url.slice("/v2/model/blobs/".length));
  if (!blob) return refuse(response, 404, "MANIFEST_UNKNOWN");
  response.writeHead(200, { "content-length": blob.length });
  for (let at = 0; at < blob.length; at += PIECE_BYTES) {
    response.write(blob.subarray(at, at + PIECE_BYTES));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  response.end();
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));

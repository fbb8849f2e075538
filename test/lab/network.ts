import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { command } from "./command.ts";
import { labPrefix, uplinkOf } from "./remains.ts";

/** How many labs can have addresses at once: each takes 16 addresses of 10.77.0.0/16. */
export const networkCount = 4096;

/** How many hosts fit into these 16: the network itself, the tests and the broadcast take one each. */
export const hostLimit = 13;

/** One host's place in the network. */
export interface Port {
  /** The host's name, and that of its link at the switch. */
  name: string;
  /** The file that holds the host's network namespace. */
  namespace: string;
  address: string;
  /** Takes the host's link down, as if its cable were pulled. */
  cut(): Promise<void>;
  heal(): Promise<void>;
}

/**
 * A switch in a namespace of its own, one namespace per host, and a single link from the switch to where the tests
 * run. So tests enter no namespace, hosts reach each other, and neither forwarding nor firewall of the machine matter.
 * The namespaces are held by files of the lab's folder: unmounting those files ends them.
 */
export async function layNetwork(dir: string, names: readonly string[]): Promise<Port[]> {
  mkdirSync(join(dir, "net"));
  const uplink = uplinkOf(dir);
  const addressOf = addresses(Number.parseInt(basename(dir).slice(labPrefix.length), 16));
  const [hub, ...namespaces] = await Promise.all(
    ["switch", ...names].map((name) => makeNamespace(join(dir, "net", name))),
  );
  if (hub === undefined) throw new Error("unreachable: the switch has a namespace");
  await ip(null, [
    `link add ${uplink} type veth peer name uplink netns ${hub}`,
    `address add ${addressOf(0)}/28 dev ${uplink}`,
    `link set ${uplink} up`,
  ]);
  await ip(hub, [
    "link add switch type bridge",
    "link set switch up",
    "link set uplink master switch up",
    ...names.flatMap((name, index) => [
      `link add ${name} type veth peer name eth0 netns ${namespaces[index]}`,
      `link set ${name} master switch up`,
    ]),
  ]);
  return Promise.all(
    names.map(async (name, index) => {
      const namespace = namespaces[index] ?? "";
      const address = addressOf(index + 1);
      await ip(namespace, ["link set lo up", `address add ${address}/28 dev eth0`, "link set eth0 up"]);
      return {
        name,
        namespace,
        address,
        cut: () => ip(hub, [`link set ${name} down`]),
        heal: () => ip(hub, [`link set ${name} up`]),
      };
    }),
  );
}

function addresses(network: number): (position: number) => string {
  return (position) => `10.77.${network >> 4}.${((network & 15) << 4) + 1 + position}`;
}

async function makeNamespace(file: string): Promise<string> {
  writeFileSync(file, "");
  await command("unshare", [`--net=${file}`, "true"]);
  return file;
}

/** Runs lines of `ip` in one go; `nsenter` and not `ip netns exec`, which hides the control groups behind a new /sys. */
async function ip(namespace: string | null, lines: readonly string[]): Promise<void> {
  const [program, args] = namespace === null ? ["ip", []] : ["nsenter", [`--net=${namespace}`, "ip"]];
  await command(program as string, [...(args as string[]), "-batch", "-"], `${lines.join("\n")}\n`);
}

import type { IconName } from "../design/icon.tsx";

/** What the navigation leads to; `g` and then `key` goes there. */
export const places: readonly {
  readonly href: string;
  readonly name: string;
  readonly icon: IconName;
  readonly key: string;
}[] = [
  { href: "/", name: "Overview", icon: "overview", key: "o" },
  { href: "/jobs", name: "Jobs", icon: "jobs", key: "j" },
  { href: "/servers", name: "Servers", icon: "servers", key: "s" },
  { href: "/timeline", name: "Timeline", icon: "timeline", key: "t" },
  { href: "/policies", name: "Policies", icon: "policies", key: "p" },
  { href: "/reports", name: "Reports", icon: "reports", key: "r" },
];

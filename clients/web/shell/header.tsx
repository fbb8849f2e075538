import { useLocation } from "preact-iso";
import { Icon } from "../design/icon.tsx";
import { link } from "../live/link.ts";
import { helpIsOpen } from "./help.tsx";
import { places } from "./places.ts";
import { nextTheme, theme } from "./theme.ts";

export function Header() {
  const { path } = useLocation();
  return (
    <header class="top">
      <a class="brand" href="/" aria-label="Schedulearn, overview">
        <Icon name="brand" />
        <span>Schedulearn</span>
      </a>
      <nav class="places" aria-label="Pages">
        {places.map(({ href, name, icon }) => (
          <a key={href} href={href} aria-current={isAt(path, href) ? "page" : undefined}>
            <Icon name={icon} />
            <span>{name}</span>
          </a>
        ))}
      </nav>
      <div class="top-tools">
        <Connection />
        <a class="button primary" href="/submit" aria-label="New job">
          <Icon name="plus" />
          <span>New job</span>
        </a>
        <button
          type="button"
          class="icon-button"
          onClick={nextTheme}
          title={`Colours: ${theme.value}`}
          aria-label={`Colours: ${theme.value}. Change`}
        >
          <Icon name={theme.value} />
        </button>
        <button
          type="button"
          class="icon-button wide-only"
          onClick={() => {
            helpIsOpen.value = true;
          }}
          title="Keyboard and links (?)"
          aria-label="Keyboard and links"
        >
          <Icon name="help" />
        </button>
      </div>
    </header>
  );
}

const isAt = (path: string, href: string): boolean =>
  href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);

const words = {
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  unreachable: "No server",
  token: "Token needed",
} as const;

function Connection() {
  const { state } = link.value;
  return (
    <p id="connection" class={`connection ${state}`} role="status">
      <span class="dot" />
      {words[state]}
    </p>
  );
}

/** What is the matter, when nothing comes from the server. */
export function ConnectionBar() {
  const { value } = link;
  if (value.state !== "reconnecting" && value.state !== "unreachable") return null;
  return (
    <p class="connection-bar" role="alert">
      {value.state === "reconnecting"
        ? "The connection to the server is lost. What you see may be out of date; trying again…"
        : "The server cannot be reached. Trying again…"}
      <small>{value.reason}</small>
    </p>
  );
}

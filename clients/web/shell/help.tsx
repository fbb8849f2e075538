import { signal } from "@preact/signals";
import { Dialog } from "../design/dialog.tsx";
import { places } from "./places.ts";

export const helpIsOpen = signal(false);

const keys: readonly (readonly [string, string])[] = [
  ["/", "Search jobs"],
  ["n", "New job"],
  ["j, k", "Next and previous row of a list"],
  ["Enter", "Open the row"],
  ["x", "Select the row"],
  ...places.map(({ key, name }) => [`g ${key}`, name] as const),
  ["?", "This help"],
];

export const Help = () => (
  <Dialog
    title="Keyboard and links"
    isOpen={helpIsOpen.value}
    onClose={() => {
      helpIsOpen.value = false;
    }}
  >
    <dl class="keys">
      {keys.map(([key, what]) => (
        <div key={key}>
          <dt>
            {key.split(" ").map((each) => (
              <kbd key={each}>{each}</kbd>
            ))}
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
    <p>
      <a href="/playground" target="_blank" rel="noreferrer">
        GraphQL playground
      </a>
    </p>
  </Dialog>
);

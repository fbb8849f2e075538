import { Icon } from "../design/icon.tsx";
import { putAway, toasts } from "../live/toasts.ts";

export const Toasts = () => (
  <div class="toasts" role="log" aria-live="polite" aria-label="Messages">
    {toasts.value.map(({ id, kind, text }) => (
      <div key={id} class={`toast ${kind}`} role={kind === "problem" ? "alert" : undefined}>
        <span>{text}</span>
        <button type="button" class="icon-button" onClick={() => putAway(id)} aria-label="Put away">
          <Icon name="close" />
        </button>
      </div>
    ))}
  </div>
);

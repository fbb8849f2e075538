import { attempt } from "../live/toasts.ts";

/** Puts a text on the clipboard. */
export const CopyButton = ({ text, label }: { readonly text: string; readonly label: string }) => (
  <button type="button" class="quiet" onClick={() => void attempt(() => navigator.clipboard.writeText(text), "Copied")}>
    {label}
  </button>
);

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { AuthError, SchedulearnError } from "../../sdk/index.ts";
import { messageOf, refused } from "../live/link.ts";
import { tell } from "../live/toasts.ts";
import { Dialog } from "./dialog.tsx";

interface Props {
  readonly title: string;
  readonly isOpen: boolean;
  onClose(): void;
  /** What the button says that does it. */
  readonly action: string;
  readonly isDangerous?: boolean;
  /** Does it; what it resolves with is told. What the server finds wrong is shown beside the fields. */
  send(form: FormData): Promise<string>;
  /** @param faultOf what is wrong with the field of that name, as the server names it */
  children(faultOf: (field: string) => string | null): ComponentChildren;
}

interface Wrong {
  readonly field: string | null;
  readonly message: string;
}

/** A dialog that asks something and does it: it stays open, and says what is wrong, until it is done or put away. */
export function Ask({ title, isOpen, onClose, action, isDangerous = false, send, children }: Props) {
  const [wrong, setWrong] = useState<readonly Wrong[]>([]);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => setWrong([]), [isOpen]);
  const shown = new Set<string>();
  const faultOf = (field: string): string | null => {
    shown.add(field);
    return wrong.find((each) => each.field === field)?.message ?? null;
  };
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      tell("done", await send(new FormData(event.target as HTMLFormElement)));
      onClose();
    } catch (error) {
      if (error instanceof AuthError) refused(error);
      setWrong(wrongIn(error));
    } finally {
      setBusy(false);
    }
  };
  const fields = isOpen && children(faultOf);
  const others = wrong.filter(({ field }) => field === null || !shown.has(field));
  return (
    <Dialog title={title} isOpen={isOpen} onClose={onClose}>
      <form class="ask" onSubmit={(event) => void submit(event)}>
        {fields}
        {others.length > 0 && (
          <ul class="fault" role="alert">
            {others.map(({ message }) => (
              <li key={message}>{message}</li>
            ))}
          </ul>
        )}
        <div class="dialog-actions">
          <button type="button" onClick={onClose}>
            Back
          </button>
          <button type="submit" class={isDangerous ? "danger" : "primary"} disabled={isBusy}>
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

const wrongIn = (error: unknown): readonly Wrong[] =>
  error instanceof SchedulearnError
    ? error.faults.map(({ path, message }) => ({ field: path?.at(-1) ?? null, message }))
    : [{ field: null, message: messageOf(error) }];

/** A text that was filled in; undefined when it was left empty. */
export const textIn = (form: FormData, name: string): string | undefined => {
  const value = String(form.get(name) ?? "").trim();
  return value === "" ? undefined : value;
};

export const numberIn = (form: FormData, name: string): number | undefined => {
  const text = textIn(form, name);
  return text === undefined ? undefined : Number(text);
};

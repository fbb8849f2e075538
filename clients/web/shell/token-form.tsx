import { useEffect, useRef } from "preact/hooks";
import { takeToken } from "../live/client.ts";

export function TokenForm({ problem }: { readonly problem: string | null }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <form
      id="token-form"
      class="token-form"
      onSubmit={(event) => {
        event.preventDefault();
        const token = field.current?.value.trim();
        if (token) takeToken(token);
      }}
    >
      <h1>This server wants an access token</h1>
      <p>
        Whoever runs it makes one with <code>schedulearn token create NAME</code>. It is forgotten when this tab is
        closed.
      </p>
      <label for="token">Access token</label>
      <input
        id="token"
        ref={field}
        type="password"
        autoComplete="off"
        spellcheck={false}
        aria-describedby="token-problem"
      />
      <p id="token-problem" class="fault" role="alert">
        {problem}
      </p>
      <button type="submit" class="primary">
        Go on
      </button>
    </form>
  );
}

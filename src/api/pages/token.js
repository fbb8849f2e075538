// The access token of this browser tab: asked for when the server wants one, gone when the tab is closed.

const KEY = "schedulearn-token";

export const authorization = () => {
  const token = sessionStorage.getItem(KEY);
  return token ? { authorization: `Bearer ${token}` } : {};
};

/** The answer of the API to one query. Asks for a token until the server accepts it. */
export async function ask(query, variables = {}) {
  for (;;) {
    const response = await fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", ...authorization() },
      body: JSON.stringify({ query, variables }),
    });
    const answer = await response.json();
    if (response.status !== 401) {
      if (answer.errors) throw new Error(answer.errors[0].message);
      return answer.data;
    }
    await newToken(sessionStorage.getItem(KEY) ? "The server does not accept this token." : "");
  }
}

/** Asks for a token and keeps it; an empty one forgets what was kept. */
export function newToken(problem = "") {
  const form = document.getElementById("token-form");
  const input = document.getElementById("token");
  document.getElementById("token-problem").textContent = problem;
  form.hidden = false;
  input.value = "";
  input.focus();
  return new Promise((resolve) => {
    form.onsubmit = (event) => {
      event.preventDefault();
      sessionStorage.setItem(KEY, input.value.trim());
      form.hidden = true;
      resolve();
    };
  });
}

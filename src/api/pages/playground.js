import { examples } from "./examples.js";
import { ask, authorization, newToken } from "./token.js";

const workers = { editorWorkerService: "editor", json: "json", graphql: "graphql" };
self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_module, label) => `/playground/${workers[label] ?? "editor"}-worker.js`,
};

const menu = document.getElementById("examples");
for (const { title, query } of examples) menu.add(new Option(title, query));
// The editor opens what its address asks for, beside the tabs that are there.
menu.onchange = () => {
  location.search = new URLSearchParams({ query: menu.value }).toString();
};
document.getElementById("other-token").onclick = async () => {
  document.getElementById("root").hidden = true;
  await newToken();
  location.reload();
};

await ask("{ version }"); // with it the token is there if one is needed
self.YogaGraphiQL.renderYogaGraphiQL(document.getElementById("root"), {
  endpoint: "/graphql",
  title: "Schedulearn playground",
  subscriptionsProtocol: "WS",
  additionalHeaders: authorization(),
  connectionParams: authorization(),
  defaultQuery: examples[0].query,
});

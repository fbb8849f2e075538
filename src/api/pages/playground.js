import { ask, authorization } from "./token.js";

const workers = { editorWorkerService: "editor", json: "json", graphql: "graphql" };
self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_module, label) => `/playground/${workers[label] ?? "editor"}-worker.js`,
};

const EXAMPLE = `# Schedulearn. Run a query with the button or Ctrl-Enter; the book on the left explains every field.

query Jobs {
  jobs(first: 20) {
    totalCount
    nodes { id name status statusReason progress { fraction } server { name } }
  }
}

subscription Events {
  events { at summary }
}
`;

await ask("{ version }"); // with it the token is there if one is needed
self.YogaGraphiQL.renderYogaGraphiQL(document.getElementById("root"), {
  endpoint: "/graphql",
  title: "Schedulearn playground",
  subscriptionsProtocol: "WS",
  additionalHeaders: authorization(),
  connectionParams: authorization(),
  defaultQuery: EXAMPLE,
});

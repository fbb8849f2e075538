import { Component, type ComponentChildren, type ComponentType } from "preact";
import { LocationProvider, lazy, Route, Router } from "preact-iso";
import { Empty } from "../design/empty.tsx";
import { tokenWanted } from "../live/client.ts";
import { beginning, messageOf } from "../live/link.ts";
import { ConnectionBar, Header } from "./header.tsx";
import { Help } from "./help.tsx";
import { useKeys } from "./keys.ts";
import { Toasts } from "./toasts.tsx";
import { TokenForm } from "./token-form.tsx";

/** A page is fetched when it is first gone to. The style sheets of its folder hold inside of it alone: none is ever taken away. */
const page = <Props extends object>(folder: string, load: () => Promise<ComponentType<Props>>) =>
  lazy<ComponentType<Props>>(() => {
    const begun = beginning.value;
    return load().then(
      (Page) => (props: Props) => (
        <div class={`${folder}-page`}>
          <Page {...props} />
        </div>
      ),
      () => () => <Unfetched begun={begun} />,
    );
  });

const Overview = page("overview", () => import("../overview/page.tsx").then(({ OverviewPage }) => OverviewPage));
const Jobs = page("jobs", () => import("../jobs/page.tsx").then(({ JobsPage }) => JobsPage));
const Submit = page("submit", () => import("../submit/page.tsx").then(({ SubmitPage }) => SubmitPage));
const Job = page("job", () => import("../job/page.tsx").then(({ JobPage }) => JobPage));
const Servers = page("cluster", () => import("../cluster/servers.tsx").then(({ ServersPage }) => ServersPage));
const Server = page("cluster", () => import("../cluster/server.tsx").then(({ ServerPage }) => ServerPage));
const Timeline = page("cluster", () => import("../cluster/timeline.tsx").then(({ TimelinePage }) => TimelinePage));
const Policies = page("cluster", () => import("../cluster/policies.tsx").then(({ PoliciesPage }) => PoliciesPage));
const Reports = page("cluster", () => import("../cluster/reports.tsx").then(({ ReportsPage }) => ReportsPage));

export function App() {
  return (
    <LocationProvider>
      <Shell />
    </LocationProvider>
  );
}

function Shell() {
  useKeys();
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to content
      </a>
      <Header />
      <ConnectionBar />
      <main id="main" tabIndex={-1}>
        {tokenWanted.value ? <TokenForm problem={tokenWanted.value.problem} /> : <Pages />}
      </main>
      <Toasts />
      <Help />
    </>
  );
}

function Pages() {
  return (
    <Boundary>
      <Router onRouteChange={() => document.getElementById("main")?.focus({ preventScroll: true })}>
        <Route path="/" component={Overview} />
        <Route path="/jobs" component={Jobs} />
        <Route path="/jobs/:id" component={Job} />
        <Route path="/submit" component={Submit} />
        <Route path="/servers" component={Servers} />
        <Route path="/servers/:id" component={Server} />
        <Route path="/timeline" component={Timeline} />
        <Route path="/policies" component={Policies} />
        <Route path="/reports" component={Reports} />
        <Route default component={NoSuchPage} />
      </Router>
    </Boundary>
  );
}

/**
 * The server is away, or another version of it came that has this page under another name.
 * @param begun how many connections there had been when it was asked for
 */
function Unfetched({ begun }: { readonly begun: number }) {
  if (beginning.value > begun) location.reload();
  return (
    <Empty title="This page could not be fetched" kind="problem">
      <button type="button" onClick={() => location.reload()}>
        Try again
      </button>
    </Empty>
  );
}

const NoSuchPage = () => (
  <Empty title="There is no such page">
    <a href="/">Back to the overview</a>
  </Empty>
);

/** A page that throws is told of in its place; the rest goes on. */
class Boundary extends Component<{ children: ComponentChildren }, { problem: string | null }> {
  override state = { problem: null };

  override componentDidCatch(error: unknown): void {
    this.setState({ problem: messageOf(error) });
  }

  override render() {
    if (this.state.problem === null) return this.props.children;
    return (
      <Empty title="This page has failed" kind="problem">
        <p>{this.state.problem}</p>
        <button type="button" onClick={() => location.reload()}>
          Load it again
        </button>
      </Empty>
    );
  }
}

import "./jobs.css";
import { useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { Empty } from "../design/empty.tsx";
import { Loading } from "../design/loading.tsx";
import { PageTitle } from "../design/page-title.tsx";
import { GetJobList } from "../generated/operations.ts";
import { api } from "../live/client.ts";
import { useLive } from "../live/use-live.ts";
import { BulkBar } from "./bulk-bar.tsx";
import { Download } from "./download.tsx";
import { Filters } from "./filters.tsx";
import { Pager } from "./pager.tsx";
import { JobTable } from "./table.tsx";
import { addressOf, filterOf, isWhole, PAGE_SIZE, type View, viewOf } from "./view.ts";

export function JobsPage() {
  const { url, route } = useLocation();
  const view = viewOf(new URL(url, location.origin).searchParams);
  const [selected, select] = useState<ReadonlySet<string>>(new Set());
  const shown = useState<{ ids: ReadonlySet<string> }>({ ids: new Set() })[0];

  const { data, problem, isStale, reload } = useLive(
    addressOf(view),
    async (signal) => {
      const asked = {
        filter: filterOf(view),
        orderBy: view.order,
        first: PAGE_SIZE,
        skip: (view.page - 1) * PAGE_SIZE,
      };
      const { jobs } = await api().request(GetJobList, asked, { signal });
      shown.ids = new Set(jobs.nodes.map(({ id }) => id));
      return jobs;
    },
    {
      everyMillis: 1_000,
      affects: ({ type, jobId }) => jobId !== null && (type !== "RunProgressed" || shown.ids.has(jobId)),
    },
  );
  const typed = useRef("");
  /**
   * Another part of the list begins at its first page. What is typed letter by letter is one step of Back, and told late: the address may
   * be another than when this page was drawn.
   */
  const go = (change: Partial<View>, isTyped = false): void => {
    const there = viewOf(new URLSearchParams(location.search));
    const [present, next] = [addressOf(there), addressOf({ ...there, page: 1, ...change })];
    if (next !== present) route(next, isTyped && present === typed.current);
    if (isTyped) typed.current = next;
  };

  return (
    <>
      <PageTitle title={view.batch ? `Jobs of ${view.batch}` : "Jobs"}>
        <Download view={view} total={data?.totalCount ?? 0} />
      </PageTitle>
      <Filters view={view} onGo={go} />
      {problem && <Empty title={problem} kind="problem" />}
      {!data && !problem && <Loading what="jobs" />}
      {data && (
        <div class={isStale ? "job-list stale" : "job-list"} aria-busy={isStale}>
          {data.nodes.length === 0 ? (
            <Nothing view={view} total={data.totalCount} />
          ) : (
            <JobTable
              jobs={data.nodes}
              selected={selected}
              onSelect={select}
              isGrouped={isWhole(view) && !view.isEach}
            />
          )}
          <Pager page={view.page} total={data.totalCount} hrefOf={(page) => addressOf({ ...view, page })}>
            {isWhole(view) && (view.isEach || data.nodes.some(({ batch }) => batch)) && (
              <label class="each">
                <input type="checkbox" checked={view.isEach} onChange={() => go({ isEach: !view.isEach })} />
                each job of a batch in a row of its own
              </label>
            )}
          </Pager>
        </div>
      )}
      <BulkBar selected={selected} onSelect={select} onDone={reload} />
    </>
  );
}

function Nothing({ view, total }: { readonly view: View; readonly total: number }) {
  if (total > 0)
    return (
      <Empty title="There is no such page any more">
        <a href={addressOf({ ...view, page: 1 })}>To the first page</a>
      </Empty>
    );
  if (!isWhole(view))
    return (
      <Empty title="No job is like this">
        <a href="/jobs">All jobs</a>
      </Empty>
    );
  return (
    <Empty title="No jobs yet">
      <p>
        <a href="/submit">Submit one here</a>, or by <code>npx schedulearn submit examples/train-sh.yaml</code>
      </p>
    </Empty>
  );
}

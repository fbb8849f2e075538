import { span as spanText } from "../../design/time.ts";
import { Wide } from "../wide.tsx";
import { endOf, type Span, statusWords } from "./span.ts";
import { momentText, type View } from "./view.ts";

const MOST = 200;

interface Props {
  readonly spans: readonly Span[];
  readonly view: View;
  readonly now: number;
}

/** What the chart shows, in words: the newest first. */
export function SpanTable({ spans, view, now }: Props) {
  const inView = spans.filter((span) => span.from < view.to && endOf(span, now) > view.from);
  const shown = inView.toSorted((a, b) => b.from - a.from).slice(0, MOST);
  return (
    <>
      {inView.length > MOST && (
        <p class="dim note">
          The newest {MOST} of {inView.length.toLocaleString("en")}: zoom in, or filter, to see others.
        </p>
      )}
      <Wide label="The chart as a table">
        <table>
          <thead>
            <tr>
              <th scope="col">Job</th>
              <th scope="col">User</th>
              <th scope="col">Server</th>
              <th scope="col">Had</th>
              <th scope="col">What it did</th>
              <th scope="col">From</th>
              <th scope="col">For</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((span) => (
              <tr key={span.id}>
                <th scope="row">{span.isDeleted ? span.name : <JobLink job={span.job} name={span.name} />}</th>
                <td>
                  <bdi>{span.user ?? "–"}</bdi>
                </td>
                <td>{span.server}</td>
                <td class="unbroken">
                  {span.gpus.length > 0
                    ? `${span.gpus.length} GPU${span.gpus.length > 1 ? "s" : ""}`
                    : `${span.cores} cores`}
                </td>
                <td>{statusWords[span.status]}</td>
                <td class="unbroken">{momentText(span.from)}</td>
                <td class="unbroken">
                  {spanText((endOf(span, now) - span.from) / 1000)}
                  {span.lasts && " until now"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </>
  );
}

const JobLink = ({ job, name }: { readonly job: string; readonly name: string }) => (
  <a href={`/jobs/${job}`}>
    <bdi>{name}</bdi>
  </a>
);

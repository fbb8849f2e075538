import { Empty } from "../design/empty.tsx";
import { Panel } from "../design/panel.tsx";
import { span as spanText } from "../design/time.ts";
import { api } from "../live/client.ts";
import { useLive } from "../live/use-live.ts";
import { Wide } from "./wide.tsx";
import { percent } from "./words.ts";

/** How past estimates and forecasts have turned out: how far policies that look at them can be trusted. */
export function EstimatesPanel() {
  const { data } = useLive(
    "accuracy",
    async (signal) => {
      const [estimates, forecasts] = await Promise.all([
        api().estimateAccuracy({ signal }),
        api().forecastAccuracy({ signal }),
      ]);
      return { estimates, forecasts };
    },
    { affects: ({ type }) => type === "RunExited", everyMillis: 5_000 },
  );
  const isEmpty = data !== null && data.estimates.length + data.forecasts.length === 0;
  return (
    <Panel title="How good estimates are">
      {isEmpty && (
        <Empty title="Nothing to tell yet">
          <p>It is learned from jobs that complete and told of their progress.</p>
        </Empty>
      )}
      {data && data.estimates.length > 0 && (
        <Wide label="Estimates of the work left">
          <table>
            <caption>Estimates of the work left, by category of jobs</caption>
            <thead>
              <tr>
                <th scope="col">Category</th>
                <th scope="col">When done</th>
                <th scope="col">Estimates</th>
                <th scope="col">Off by</th>
                <th scope="col">Tendency</th>
              </tr>
            </thead>
            <tbody>
              {data.estimates.map(({ category, at, estimates, bias, error }) => (
                <tr key={`${category} ${at}`}>
                  <th scope="row">
                    <bdi>{category}</bdi>
                  </th>
                  <td>{percent(at)}</td>
                  <td>{estimates}</td>
                  <td>a factor of {Math.exp(error).toFixed(2)}</td>
                  <td>{Math.abs(bias) < 0.01 ? "neither way" : bias > 0 ? "too long" : "too short"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      {data && data.forecasts.length > 0 && (
        <Wide label="Forecasts made at submission">
          <table>
            <caption>Forecasts that were made when jobs were submitted</caption>
            <thead>
              <tr>
                <th scope="col">Policy</th>
                <th scope="col">Category</th>
                <th scope="col">Of</th>
                <th scope="col">Forecasts</th>
                <th scope="col">Off by</th>
                <th scope="col">Within range</th>
              </tr>
            </thead>
            <tbody>
              {data.forecasts.map(({ policy, category, of, forecasts, error, coverage }) => (
                <tr key={`${policy} ${category} ${of}`}>
                  <th scope="row">{policy}</th>
                  <td>
                    <bdi>{category}</bdi>
                  </td>
                  <td>{of.toLowerCase()}</td>
                  <td>{forecasts}</td>
                  <td class="unbroken">{spanText(error)}</td>
                  <td>{percent(coverage)} of 80 %</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
    </Panel>
  );
}

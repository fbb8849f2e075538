import { useRef } from "preact/hooks";
import { Icon } from "../../design/icon.tsx";
import { api } from "../../live/client.ts";
import { attempt as attemptTo } from "../../live/toasts.ts";
import { save } from "../save.ts";
import type { Scan } from "./scan.ts";
import type { LogSettings } from "./settings.ts";
import type { LogSource } from "./source.ts";

type Taste = "wrap" | "times";
const keyOf = (taste: Taste): string => `schedulearn-log-${taste}`;
/** How whoever looks liked it last time. */
export const remembered = (taste: Taste): boolean => localStorage.getItem(keyOf(taste)) === "1";

interface Props {
  readonly job: string;
  readonly attempts: readonly number[];
  readonly ranks: number;
  readonly settings: LogSettings;
  readonly source: LogSource;
  readonly shown: Scan | null;
  readonly hits: Scan | null;
  readonly marked: number | null;
  readonly isWrapping: boolean;
  readonly showsTimes: boolean;
  onSettings(settings: LogSettings): void;
  onWrapping(on: boolean): void;
  onTimes(on: boolean): void;
  goTo(number: number): void;
}

export function Toolbar(props: Props) {
  const { job, attempts, ranks, settings, source, shown, onSettings } = props;
  const set = (change: Partial<LogSettings>): void => onSettings({ ...settings, ...change });
  const toggle = (taste: Taste, on: boolean, tell: (on: boolean) => void): void => {
    localStorage.setItem(keyOf(taste), on ? "1" : "0");
    tell(on);
  };
  return (
    <div class="log-tools">
      <Search {...props} set={set} />
      <select
        aria-label="Stream"
        value={settings.stream ?? ""}
        onChange={({ currentTarget }) => set({ stream: (currentTarget.value || null) as LogSettings["stream"] })}
      >
        <option value="">All output</option>
        <option value="STDOUT">stdout</option>
        <option value="STDERR">stderr</option>
      </select>
      {attempts.length > 1 && (
        <Choice
          label="Run"
          all="All runs"
          values={attempts}
          value={settings.attempt}
          onChange={(attempt) => set({ attempt })}
        />
      )}
      {ranks > 1 && (
        <Choice
          label="Rank"
          all="All ranks"
          values={Array.from({ length: ranks }, (_, rank) => rank)}
          value={settings.rank}
          onChange={(rank) => set({ rank })}
        />
      )}
      <Toggle name="Wrap" isOn={props.isWrapping} onChange={(on) => toggle("wrap", on, props.onWrapping)} />
      <Toggle name="Times" isOn={props.showsTimes} onChange={(on) => toggle("times", on, props.onTimes)} />
      <span class="log-count">
        {shown && `${shown.count.toLocaleString("en")} of `}
        {(source.last - source.first + 1).toLocaleString("en")} lines
        {shown && <Progress scan={shown} />}
      </span>
      <button
        type="button"
        onClick={() =>
          void attemptTo(async () =>
            save(
              await api().downloadLog(job, settings.attempt === null ? {} : { attempt: settings.attempt }),
              `${job}.log`,
              "text/plain",
            ),
          )
        }
      >
        Download
      </button>
    </div>
  );
}

function Search({ settings, hits, marked, source, goTo, set }: Props & { set(change: Partial<LogSettings>): void }) {
  const field = useRef<HTMLInputElement>(null);
  const isSearching = settings.search !== "";
  const next = (direction: 1 | -1): void => {
    if (!hits || hits.count === 0) return;
    const from = marked ?? (direction === 1 ? source.first - 1 : source.last + 1);
    const behind = hits.indexOf(direction === 1 ? from + 1 : from);
    const index = (direction === 1 ? behind : behind - 1 + hits.count) % hits.count;
    goTo(hits.numberAt(index));
  };
  return (
    <search class="log-search">
      <Icon name="search" />
      <input
        ref={field}
        data-search
        type="search"
        placeholder="Search the output"
        aria-label="Search the output"
        value={settings.search}
        onInput={({ currentTarget }) => set({ search: currentTarget.value })}
        onKeyDown={(event) => {
          const line = /^:(\d+)$/.exec(settings.search)?.[1];
          if (event.key !== "Enter") return;
          event.preventDefault();
          if (line) goTo(Number(line));
          else next(event.shiftKey ? 1 : -1);
        }}
      />
      {isSearching && (
        <>
          <span class="log-hits" role="status">
            {hits ? placeOf(hits, marked) : ""}
            {hits && <Progress scan={hits} />}
          </span>
          <button
            type="button"
            class="icon-button"
            aria-label="Earlier match"
            title="Earlier match (Enter)"
            onClick={() => next(-1)}
          >
            <Icon name="up" />
          </button>
          <button
            type="button"
            class="icon-button"
            aria-label="Later match"
            title="Later match (Shift Enter)"
            onClick={() => next(1)}
          >
            <Icon name="down" />
          </button>
          <Toggle name="Only matches" isOn={settings.isOnlyFound} onChange={(isOnlyFound) => set({ isOnlyFound })} />
        </>
      )}
    </search>
  );
}

/** `3 of 17`, `17 lines`. */
function placeOf(hits: Scan, marked: number | null): string {
  const index = marked === null ? hits.count : hits.indexOf(marked);
  const isAtOne = index < hits.count && hits.numberAt(index) === marked;
  const count = hits.count.toLocaleString("en");
  return isAtOne ? `${(index + 1).toLocaleString("en")} of ${count}` : `${count} found`;
}

/** How far it has looked, while it looks. */
function Progress({ scan }: { readonly scan: Scan }) {
  if (scan.problem !== null) return <span class="fault">: {scan.problem}</span>;
  if (scan.isFull) return <span>, the first ones</span>;
  if (scan.isDone) return null;
  return (
    <>
      {` (${Math.floor(scan.fraction * 100)} % searched)`}
      <button type="button" class="icon-button" aria-label="Stop searching" onClick={() => scan.cancel()}>
        <Icon name="close" />
      </button>
    </>
  );
}

const Toggle = ({
  name,
  isOn,
  onChange,
}: {
  readonly name: string;
  readonly isOn: boolean;
  onChange(on: boolean): void;
}) => (
  <button type="button" class="toggle" aria-pressed={isOn} onClick={() => onChange(!isOn)}>
    {name}
  </button>
);

interface ChoiceProps {
  readonly label: string;
  readonly all: string;
  readonly values: readonly number[];
  readonly value: number | null;
  onChange(value: number | null): void;
}

const Choice = ({ label, all, values, value, onChange }: ChoiceProps) => (
  <select
    aria-label={label}
    value={value === null ? "" : String(value)}
    onChange={({ currentTarget }) => onChange(currentTarget.value === "" ? null : Number(currentTarget.value))}
  >
    <option value="">{all}</option>
    {values.map((each) => (
      <option key={each} value={String(each)}>
        {label} {each}
      </option>
    ))}
  </select>
);

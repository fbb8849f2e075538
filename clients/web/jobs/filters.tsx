import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../design/icon.tsx";
import type { JobOrder } from "../generated/operations.ts";
import { addressOf, orders, phases, type View } from "./view.ts";

interface Props {
  readonly view: View;
  onGo(change: Partial<View>, isTyped?: boolean): void;
}

const words = {
  queued: "Waiting",
  running: "Running",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
} as const satisfies Record<keyof typeof phases, string>;

/** Which jobs are shown: tabs for what one wants most, a search, and the rest behind a button. */
export function Filters({ view, onGo }: Props) {
  const further = [view.user, view.type, view.server, view.batch, ...view.labels].filter(Boolean).length;
  const [isOpen, open] = useState(further > 0);
  const tabs = [null, ...(Object.keys(words) as (keyof typeof words)[])];
  return (
    <search class="filters" aria-label="Jobs">
      <nav class="tabs" aria-label="Status">
        {tabs.map((phase) => (
          <a
            key={phase ?? "all"}
            href={addressOf({ ...view, phase, page: 1 })}
            aria-current={view.phase === phase ? "true" : undefined}
          >
            {phase ? words[phase] : "All"}
          </a>
        ))}
      </nav>
      <div class="filter-tools">
        <span class="search">
          <Icon name="search" />
          <Typed
            label="Search by name, user, type or id"
            placeholder="Search"
            value={view.search}
            isSearch
            onTyped={(search) => onGo({ search }, true)}
          />
        </span>
        <button type="button" aria-expanded={isOpen} aria-controls="more-filters" onClick={() => open(!isOpen)}>
          Filters{further > 0 && <span class="count">{further}</span>}
        </button>
        <label class="visually-hidden" for="order">
          Order
        </label>
        <select
          id="order"
          value={view.order}
          onChange={({ currentTarget }) => onGo({ order: currentTarget.value as JobOrder })}
        >
          {Object.entries(orders).map(([order, text]) => (
            <option key={order} value={order}>
              {text}
            </option>
          ))}
        </select>
      </div>
      <div id="more-filters" class="more-filters" hidden={!isOpen}>
        <Field label="User" value={view.user} onTyped={(user) => onGo({ user }, true)} />
        <Field label="Type" value={view.type} onTyped={(type) => onGo({ type }, true)} />
        <Field label="Server" value={view.server} onTyped={(server) => onGo({ server }, true)} />
        <Field label="Batch" value={view.batch} placeholder="batch-17" onTyped={(batch) => onGo({ batch }, true)} />
        <Field
          label="Labels"
          value={view.labels.join(", ")}
          placeholder="project=vision, stage=test"
          onTyped={(text) => onGo({ labels: labelsIn(text) }, true)}
        />
        {further > 0 && <a href={addressOf({ ...view, ...nothing, page: 1 })}>Clear these</a>}
      </div>
    </search>
  );
}

const nothing = { user: "", type: "", server: "", batch: "", labels: [] } as const;

const labelsIn = (text: string): readonly string[] =>
  text
    .split(",")
    .map((label) => label.trim())
    .filter((label) => label.indexOf("=") > 0);

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  onTyped(text: string): void;
}

const Field = (props: FieldProps) => (
  <div class="filter">
    <span aria-hidden="true">{props.label}</span>
    <Typed {...props} />
  </div>
);

const PAUSE_MILLIS = 250;

/** A field that tells what was typed after a short rest. It takes over another value when that comes from elsewhere: Back, a link. */
function Typed({ label, value, placeholder, isSearch = false, onTyped }: FieldProps & { readonly isSearch?: boolean }) {
  const field = useRef<HTMLInputElement>(null);
  const told = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    if (value !== told.current && field.current) field.current.value = value;
    told.current = value;
  }, [value]);
  useEffect(() => {
    if (isSearch && new URL(location.href).searchParams.has("focus")) field.current?.focus();
    return () => clearTimeout(timer.current);
  }, [isSearch]);
  return (
    <input
      ref={field}
      type="search"
      aria-label={label}
      placeholder={placeholder}
      defaultValue={value}
      autoComplete="off"
      spellcheck={false}
      {...(isSearch && { "data-search": true })}
      onInput={({ currentTarget }) => {
        clearTimeout(timer.current);
        timer.current = setTimeout(() => {
          told.current = currentTarget.value.trim();
          onTyped(told.current);
        }, PAUSE_MILLIS);
      }}
    />
  );
}

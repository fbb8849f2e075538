/** Drawn on 20 by 20 units by strokes of the text's colour. */
const shapes = {
  brand: "M3 3h5v5H3zM10 3h7v5h-7zM3 10h9v7H3zM14 10h3v7h-3z",
  overview: "M3 3h6v6H3zM11 3h6v6h-6zM3 11h6v6H3zM11 11h6v6h-6z",
  jobs: "M3 5h14M3 10h14M3 15h9",
  servers: "M3 4h14v5H3zM3 11h14v5H3zM6 6.5h.01M6 13.5h.01",
  timeline: "M3 5h7M7 10h8M11 15h6",
  policies: "M4 6h12M4 14h12M8 4v4M13 12v4",
  reports: "M4 16V9M10 16V4M16 16v-5",
  plus: "M10 4v12M4 10h12",
  system: "M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 1 1 0 14",
  light:
    "M10 6.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7M10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6L16 16M4 16l1.4-1.4M14.6 5.4L16 4",
  dark: "M16.5 12A7 7 0 1 1 8 3.5a5.5 5.5 0 0 0 8.5 8.5z",
  help: "M7.5 7.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M10 14.5h.01",
  close: "M5 5l10 10M15 5L5 15",
  search: "M9 3.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M13 13l4 4",
  down: "M5 8l5 5l5-5",
  up: "M5 12l5-5l5 5",
} as const;

export type IconName = keyof typeof shapes;

export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class={`icon icon-${name}`} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
    <path d={shapes[name]} />
  </svg>
);

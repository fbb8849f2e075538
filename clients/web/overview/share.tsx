import { Bar } from "../design/bar.tsx";

/** `12 of 64 cores`, with a bar. */
export const Share = ({ label, used, of }: { readonly label: string; readonly used: number; readonly of: number }) => (
  <div class="share">
    <span>
      {used} of {of} {label}
    </span>
    <Bar fraction={of === 0 ? 0 : used / of} label={`${used} of ${of} ${label} used`} />
  </div>
);

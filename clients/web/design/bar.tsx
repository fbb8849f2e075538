interface Props {
  /** 0 to 1; null: not known. */
  readonly fraction: number | null;
  readonly label: string;
}

/** How much is done. */
export const Bar = ({ fraction, label }: Props) => (
  <progress class="bar" max={1} aria-label={label} {...(fraction !== null && { value: fraction })} />
);

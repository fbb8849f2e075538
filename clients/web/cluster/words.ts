/** `512 MiB`, `80 GiB`, `3.6 TiB`. */
export function mebibytes(value: number): string {
  if (value < 1024) return `${Math.round(value)} MiB`;
  const gibibytes = value / 1024;
  return gibibytes < 1024 ? `${short(gibibytes)} GiB` : `${short(gibibytes / 1024)} TiB`;
}

const short = (value: number): string =>
  value < 10 ? value.toFixed(1).replace(/\.0$/, "") : String(Math.round(value));

export const percent = (fraction: number): string => `${Math.round(100 * fraction)} %`;

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

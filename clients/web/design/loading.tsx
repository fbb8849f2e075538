/** In the place of what is on its way. */
export const Loading = ({ what }: { readonly what: string }) => (
  <div class="loading" role="status">
    <span class="visually-hidden">Loading {what}…</span>
    <span class="shimmer" />
    <span class="shimmer" />
    <span class="shimmer" />
  </div>
);

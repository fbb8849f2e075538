interface Props {
  readonly job: { readonly id: string; readonly name: string };
}

/** A job's name and id. Its name is its user's text: it cannot turn the direction of what is around it. */
export const JobLink = ({ job: { id, name } }: Props) => (
  <a class="job-link" href={`/jobs/${id}`} data-open>
    <bdi class="job-name">{name}</bdi> <span class="job-id">{id}</span>
  </a>
);

import { PageTitle } from "../design/page-title.tsx";

/** `id` comes from the path. */
export const JobPage = ({ id }: { readonly id?: string }) => <PageTitle title={id ?? ""} />;

import { PageTitle } from "../design/page-title.tsx";

/** `id` comes from the path. */
export const ServerPage = ({ id }: { readonly id?: string }) => <PageTitle title={id ?? ""} />;

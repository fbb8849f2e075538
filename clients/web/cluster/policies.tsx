import { PageTitle } from "../design/page-title.tsx";

export const PoliciesPage = () => <PageTitle title="Policies" />;

import { PageTitle } from "../design/page-title.tsx";

export const JobsPage = () => <PageTitle title="Jobs" />;

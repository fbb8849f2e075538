import { PageTitle } from "../design/page-title.tsx";

export const ReportsPage = () => <PageTitle title="Reports" />;

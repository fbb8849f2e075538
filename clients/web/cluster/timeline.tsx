import { PageTitle } from "../design/page-title.tsx";

export const TimelinePage = () => <PageTitle title="Timeline" />;

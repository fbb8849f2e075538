import { PageTitle } from "../design/page-title.tsx";

export const SubmitPage = () => <PageTitle title="New job" />;

import { PageTitle } from "../design/page-title.tsx";

export const ServersPage = () => <PageTitle title="Servers" />;

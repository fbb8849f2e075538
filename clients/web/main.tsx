import { render } from "preact";
import "./design/tokens.css";
import "./design/base.css";
import "./design/parts.css";
import "./shell/shell.css";
import { stayLinked } from "./live/link.ts";
import { App } from "./shell/app.tsx";
import { rememberedTheme } from "./shell/theme.ts";

rememberedTheme();
void stayLinked();
render(<App />, document.getElementById("root") as HTMLElement);

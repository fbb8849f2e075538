import { useEffect, useRef } from "preact/hooks";

interface Props {
  readonly title: string;
  readonly html: string;
  onClose(): void;
}

/** Shows a report where it can reach nothing: neither this page, nor the server, nor anything else. */
export function ReportViewer({ title, html, onClose }: Props) {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const ready = ({ source, data }: MessageEvent): void => {
      const viewer = frame.current?.contentWindow;
      if (source === viewer && data === "ready") viewer?.postMessage(html, "*"); // its origin is nobody's
    };
    addEventListener("message", ready);
    return () => removeEventListener("message", ready);
  }, [html]);
  useEffect(() => frame.current?.scrollIntoView({ block: "start" }), []);
  return (
    <section class="panel report-viewer" aria-label={title}>
      <header class="panel-head">
        <h2>
          <bdi>{title}</bdi>
        </h2>
        <div class="actions">
          <button type="button" onClick={() => saveFile(`${title.replaceAll(/[^\w]+/g, "-")}.html`, html)}>
            Save
          </button>
          <button type="button" onClick={onClose}>
            Close
          </button>
        </div>
      </header>
      <iframe key={html.length} ref={frame} src="/report-viewer" sandbox="allow-scripts" title={`Report: ${title}`} />
    </section>
  );
}

function saveFile(name: string, html: string): void {
  const url = URL.createObjectURL(new Blob([html], { type: "text/html" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

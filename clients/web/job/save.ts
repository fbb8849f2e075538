/** Has the browser keep what streams in as a file. It is never as a whole in the memory of the page. */
export async function save(stream: ReadableStream<Uint8Array>, name: string, type: string): Promise<void> {
  const content = await new Response(stream as BodyInit, { headers: { "content-type": type } }).blob();
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

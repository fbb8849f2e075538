// The list of jobs, kept up to date by one subscription. Texts of jobs are set as text, never as markup.
import { follow } from "./follow.js";
import { ask } from "./token.js";

const MOST_SHOWN = 100;
const FIELDS = `id name user status phase phaseFraction statusReason submittedAt firstStartedAt endedAt serviceTime
  progress { epoch epochs step steps fraction } server { name } lastServer { name } grantedGpus { index }`;

const jobs = new Map();
const rows = new Map();
const [table, body] = [document.getElementById("jobs"), document.querySelector("#jobs tbody")];

/** job-10 comes before job-9. */
const numberOf = (id) => Number(id.slice(id.indexOf("-") + 1));

function show(job) {
  jobs.set(job.id, job);
  let row = rows.get(job.id);
  if (!row) {
    row = document.createElement("tr");
    rows.set(job.id, row);
    const next = [...rows.keys()]
      .filter((id) => numberOf(id) < numberOf(job.id))
      .sort((a, b) => numberOf(b) - numberOf(a))[0];
    body.insertBefore(row, rows.get(next) ?? null);
  }
  row.replaceChildren(
    cell("Job", job.id, "id"),
    cell("Name", job.name, "name"),
    cell("User", job.user),
    statusCell(job),
    progressCell(job),
    cell("Place", placeOf(job), "place"),
    cell("Trained", trainedFor(job)),
    timeCell(job.submittedAt),
  );
  if (rows.size > MOST_SHOWN) hide([...rows.keys()].sort((a, b) => numberOf(a) - numberOf(b))[0]);
}

function hide(id) {
  rows.get(id)?.remove();
  rows.delete(id);
  jobs.delete(id);
}

/** The label stands before the content where the table's head has no room; an empty cell is not shown there. */
function cell(label, content, className) {
  const td = document.createElement("td");
  td.dataset.label = label;
  if (className) td.className = className;
  if (content !== "") td.append(content);
  return td;
}

function statusCell({ status, phase, phaseFraction, statusReason }) {
  const word = document.createElement("span");
  word.className = status.toLowerCase();
  const part = phaseFraction === null ? "" : ` ${Math.floor(phaseFraction * 100)} %`;
  word.textContent = phase ? `${status.toLowerCase()}: ${phase.toLowerCase()}${part}` : status.toLowerCase();
  const content = document.createElement("div");
  content.append(word);
  if (statusReason) {
    const reason = document.createElement("small");
    reason.textContent = statusReason;
    content.append(reason);
  }
  return cell("Status", content, "reason");
}

function progressCell({ progress }) {
  if (!progress) return cell("Progress", "");
  const { epoch, epochs, step, steps, fraction } = progress;
  const of = (what, at, all) => (at === null ? null : `${what} ${at}${all === null ? "" : `/${all}`}`);
  const words = [of("epoch", epoch, epochs), of("step", step, steps)].filter(Boolean).join(", ");
  if (fraction === null) return cell("Progress", words);
  const bar = document.createElement("progress");
  bar.value = fraction;
  bar.title = words;
  const content = document.createElement("div");
  content.append(bar, ` ${Math.floor(fraction * 100)} %`);
  return cell("Progress", content);
}

/** Where it is, or where it was at last. */
function placeOf({ server, lastServer, grantedGpus }) {
  if (!server) return lastServer?.name ?? "";
  const gpus = grantedGpus.map(({ index }) => index).join(", ");
  return gpus ? `${server.name}, GPU ${gpus}` : server.name;
}

/** All its training, once it is over. */
function trainedFor({ firstStartedAt, endedAt, serviceTime }) {
  if (firstStartedAt === null || endedAt === null) return "";
  if (serviceTime < 59.95) return `${serviceTime.toFixed(1)} s`;
  const minutes = Math.floor(serviceTime / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(serviceTime % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function timeCell(at) {
  const time = document.createElement("time");
  time.dateTime = at;
  time.textContent = new Date(at).toLocaleString();
  return cell("Submitted", time);
}

function tellCount(total) {
  table.hidden = rows.size === 0;
  document.getElementById("empty").hidden = rows.size > 0;
  const more = document.getElementById("more");
  more.hidden = total <= rows.size;
  more.textContent = `${total - rows.size} older jobs are not shown.`;
}

async function load() {
  const { cluster, jobs: page } = await ask(
    `query ($first: Int) { cluster { eventCursor } jobs(first: $first) { totalCount nodes { ${FIELDS} } } }`,
    { first: MOST_SHOWN },
  );
  for (const id of [...rows.keys()]) if (!page.nodes.some((job) => job.id === id)) hide(id);
  for (const job of page.nodes.toReversed()) show(job);
  tellCount(page.totalCount);
  return { after: cluster.eventCursor };
}

const connection = document.getElementById("connection");
await follow(`subscription ($after: Cursor) { jobChanged(after: $after) { jobId job { ${FIELDS} } } }`, {
  load,
  begun: () => {
    connection.textContent = "Live";
  },
  item: ({ jobChanged: { jobId, job } }) => {
    if (job) show(job);
    else hide(jobId);
    tellCount(rows.size);
  },
  lost: (problem) => {
    connection.textContent = `${problem} Trying again…`;
  },
});

// The list of jobs, kept up to date by one subscription. Texts of jobs are set as text, never as markup.
import { follow } from "./follow.js";
import { ask } from "./token.js";

const MOST_SHOWN = 100;
const FIELDS = `id name user status phase phaseFraction statusReason submittedAt
  progress { epoch epochs step steps fraction } server { name } grantedGpus { index } failure { message }`;

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
    cell(job.id),
    cell(job.name, "name"),
    cell(job.user),
    statusCell(job),
    progressCell(job),
    cell(placeOf(job)),
    timeCell(job.submittedAt),
  );
  if (rows.size > MOST_SHOWN) hide([...rows.keys()].sort((a, b) => numberOf(a) - numberOf(b))[0]);
}

function hide(id) {
  rows.get(id)?.remove();
  rows.delete(id);
  jobs.delete(id);
}

function cell(content, className) {
  const td = document.createElement("td");
  if (className) td.className = className;
  td.append(content);
  return td;
}

function statusCell({ status, phase, phaseFraction, statusReason }) {
  const word = document.createElement("span");
  word.className = status.toLowerCase();
  const part = phaseFraction === null ? "" : ` ${Math.floor(phaseFraction * 100)} %`;
  word.textContent = phase ? `${status.toLowerCase()}: ${phase.toLowerCase()}${part}` : status.toLowerCase();
  const td = cell(word, "reason");
  if (statusReason) {
    const reason = document.createElement("small");
    reason.textContent = statusReason;
    td.append(reason);
  }
  return td;
}

function progressCell({ progress }) {
  if (!progress) return cell("");
  const { epoch, epochs, step, steps, fraction } = progress;
  const of = (what, at, all) => (at === null ? null : `${what} ${at}${all === null ? "" : `/${all}`}`);
  const words = [of("epoch", epoch, epochs), of("step", step, steps)].filter(Boolean).join(", ");
  if (fraction === null) return cell(words);
  const bar = document.createElement("progress");
  bar.value = fraction;
  bar.title = words;
  const td = cell(bar);
  td.append(` ${Math.floor(fraction * 100)} %`);
  return td;
}

function placeOf({ server, grantedGpus }) {
  if (!server) return "";
  const gpus = grantedGpus.map(({ index }) => index).join(", ");
  return gpus ? `${server.name}, GPU ${gpus}` : server.name;
}

function timeCell(at) {
  const time = document.createElement("time");
  time.dateTime = at;
  time.textContent = new Date(at).toLocaleString();
  return cell(time);
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

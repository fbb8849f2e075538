// The table of jobs: one policy's, sorted and searched.
import { choice, element, scrolled } from "./elements.js";
import { counted, duration, number, times } from "./human.js";

const PAGE = 50;
const COLUMNS = [
  ["Job", 0, String],
  ["User", 1, String],
  ["Type", 2, String],
  ["Size", 3, number],
  ["Submitted", 4, duration],
  ["First start", 5, duration],
  ["Waiting", 6, duration],
  ["Service", 7, duration],
  ["JCT", 8, duration],
  ["Slowdown", 9, times],
  ["Preempted", 10, number],
  ["Migrated", 11, number],
  ["Resized", 12, number],
];

export function jobs(parent, runs) {
  let [run, sort, isDescending, shown] = [runs[0], null, false, PAGE];
  const search = element("input", {
    type: "search",
    id: "search",
    autocomplete: "off",
    placeholder: "name, user or type",
  });
  const count = element("p", { role: "status", class: "note" });
  const body = element("tbody");
  const more = element("button", { type: "button", class: "more" }, "Show more");
  const heads = COLUMNS.map(([title, place], i) => {
    const button = element("button", { type: "button" }, title);
    button.addEventListener("click", () => {
      isDescending = sort === place ? !isDescending : place > 3;
      sort = place;
      update();
    });
    return element("th", { scope: "col", class: i > 2 ? "number" : null }, button);
  });
  const update = () => {
    const words = search.value.trim().toLowerCase();
    const found = run.jobs.filter(
      (row) => words === "" || row.slice(0, 3).some((text) => text.toLowerCase().includes(words)),
    );
    if (sort !== null) found.sort((a, b) => compare(a[sort], b[sort], isDescending));
    for (const [i, head] of heads.entries()) {
      const isSorted = COLUMNS[i][1] === sort;
      head.setAttribute("aria-sort", isSorted ? (isDescending ? "descending" : "ascending") : "none");
    }
    body.replaceChildren(...found.slice(0, shown).map(rowOf));
    more.hidden = found.length <= shown;
    const all = run.jobs.length + run.jobsLeftOut;
    const part = run.jobsLeftOut > 0 ? ` Of ${counted(all, "job")} the table has the first 1,000 and the largest.` : "";
    count.textContent = `${counted(found.length, "job")}${words === "" ? "" : " found"}.${part}`;
  };
  const startOver = () => {
    shown = PAGE;
    update();
  };
  search.addEventListener("input", startOver);
  more.addEventListener("click", () => {
    shown += 10 * PAGE;
    update();
  });
  const names = runs.map(({ name }) => name);
  const policies =
    runs.length > 1
      ? choice("Policy of the table", names, (i) => {
          run = runs[i];
          startOver();
        })
      : "";
  const finding = element("span", { class: "search" }, element("label", { for: "search" }, "Search"), search);
  const table = element("table", { class: "jobs" }, element("thead", {}, element("tr", {}, ...heads)), body);
  const holder = scrolled("Jobs", table);
  parent.replaceChildren(element("div", { class: "tools" }, policies, finding), count, holder, more);
  update();
}

function rowOf(row) {
  const made = element("tr");
  for (const [i, [, place, show]] of COLUMNS.entries())
    made.append(
      element(
        i === 0 ? "th" : "td",
        { class: i > 2 ? "number" : null, scope: i === 0 ? "row" : null },
        show(row[place]),
      ),
    );
  return made;
}

/** What is not known comes last, either way. */
function compare(a, b, isDescending) {
  if (a === null || b === null) return (a === null) - (b === null);
  const order = typeof a === "string" ? a.localeCompare(b, "en", { numeric: true }) : a - b;
  return isDescending ? -order : order;
}

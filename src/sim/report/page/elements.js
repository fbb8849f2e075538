// Small pieces of the page. Texts are set as text, never as markup.

/** An element with attributes and children; `style` is an object of CSS properties. */
export function element(tag, { style = {}, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(name, value);
  for (const [name, value] of Object.entries(style)) made.style.setProperty(name, value);
  made.append(...children);
  return made;
}

export const byId = (id) => document.getElementById(id);

/** A choice of one of several, as buttons in a row; `choose` is called with its place. */
export function choice(label, names, choose) {
  const group = element("div", { class: "choice", role: "radiogroup", "aria-label": label });
  const key = `choice-${document.querySelectorAll(".choice").length}-${label.replaceAll(" ", "-")}`;
  for (const [i, name] of names.entries()) {
    const input = element("input", { type: "radio", name: key, id: `${key}-${i}` });
    input.checked = i === 0;
    input.addEventListener("change", () => choose(i));
    group.append(input, element("label", { for: `${key}-${i}` }, name));
  }
  return group;
}

/** Fills a figure: its title, what it tells, then its content. */
export function fill(id, title, note, ...content) {
  const caption = element("figcaption", {}, element("strong", {}, title), note ? element("span", {}, ` ${note}`) : "");
  byId(id).replaceChildren(caption, ...content);
}

export const emptyState = (text) => element("p", { class: "empty" }, text);

/** Something wide, which scrolls within the page, by the keyboard too. */
export const scrolled = (label, content) =>
  element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": label }, content);

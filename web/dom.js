/** Elements of the page, in a line each. */

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag)
  const { dataset = {}, ...others } = properties
  Object.assign(made, others)
  Object.assign(made.dataset, dataset)
  made.append(...children.filter((child) => child !== null && child !== undefined))
  return made
}

export function button(text, onclick, properties = {}) {
  return element("button", { type: "button", className: "picpik-button", textContent: text, onclick, ...properties })
}

/** Links the pack's stylesheet once. */
export function useStyles() {
  const href = new URL("./picpik.css", import.meta.url).href
  if (!document.querySelector(`link[href="${href}"]`)) {
    document.head.append(element("link", { rel: "stylesheet", href }))
  }
}

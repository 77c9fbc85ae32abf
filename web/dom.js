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

/** Has a place hold these elements. Those that are there already are not moved: one of them may have the focus. */
export function hold(place, ...wanted) {
  const children = wanted.filter((child) => child !== null && child !== undefined)
  for (const child of [...place.children]) {
    if (!children.includes(child)) child.remove()
  }
  children.forEach((child, index) => {
    if (place.children[index] !== child) place.insertBefore(child, place.children[index] ?? null)
  })
}

/** Has a place say this. Where it says so already, nothing is touched: some of it may be selected. */
export function write(place, text) {
  if (place.textContent !== text) place.textContent = text
}

/** Links the pack's stylesheet once. */
export function useStyles() {
  const href = new URL("./picpik.css", import.meta.url).href
  if (!document.querySelector(`link[href="${href}"]`)) {
    document.head.append(element("link", { rel: "stylesheet", href }))
  }
}

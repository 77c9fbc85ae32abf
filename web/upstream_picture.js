/** Addresses of pictures that come into a node, as far as the page can know them without a run. */

import { api } from "../../scripts/api.js"
import { app } from "../../scripts/app.js"
import { locator } from "./graph_places.js"

/** The file that a Load Image has chosen; null where the source is none. */
export function chosenFile(source) {
  if (source?.node.comfyClass !== "LoadImage" || source.slot !== 0) return null
  const name = source.node.widgets?.find((widget) => widget.name === "image")?.value
  if (typeof name !== "string" || !name) return null
  const parts = name.replace(/ \[(\w+)\]$/, "").split("/")
  const type = / \[(\w+)\]$/.exec(name)?.[1] ?? "input"
  return viewed({ filename: parts.pop(), subfolder: parts.join("/"), type })
}

/** The first picture that the source shows; null where it shows none. */
export function shownBy(source) {
  const shown = source && app.nodeOutputs?.[locator(source.node)]?.images?.[0]
  return shown?.filename ? viewed(shown) : null
}

export const viewed = ({ filename, subfolder = "", type = "output" }) =>
  api.apiURL(`/view?${new URLSearchParams({ filename, subfolder, type })}`)

/**
 * The lists of models on our nodes follow what the service last listed. A saved value that is not in the list stays:
 * the service judges it. A code that is not in the list can be typed.
 */

import { app } from "../../scripts/app.js"
import { t } from "./phrases.js"
import { read, send } from "./routes.js"

const LISTS = {
  PicpikExtractPattern: ["main_model", "main"],
  PicpikApplyReferencePattern: ["main_model", "main"],
  PicpikModel: ["model_code", "main"],
  PicpikSubModel: ["model_code", "sub"],
}
const STALE_AFTER_SECONDS = 3600
let known = { main: ["PICPIK General"], sub: [], as_of: 0 }

app.registerExtension({
  name: "picpik.ModelChoices",
  async setup() {
    known = await read("models")
    offerEverywhere()
    if (Date.now() / 1000 - known.as_of > STALE_AFTER_SECONDS) refreshModels().catch(() => {}) // the panel says why
  },
  nodeCreated: offer,
  loadedGraphNode: offer,
  refreshComboInNodes: () => refreshModels().catch(() => {}),
})

/** Asks the service anew and gives the list. */
export async function refreshModels() {
  known = await send("models/refresh", {})
  offerEverywhere()
  return known
}

function offerEverywhere() {
  const visit = (graph) => {
    for (const node of graph.nodes) {
      offer(node)
      if (node.subgraph) visit(node.subgraph)
    }
  }
  visit(app.graph)
}

function offer(node) {
  const [name, kind] = LISTS[node.comfyClass] ?? []
  const widget = node.widgets?.find((each) => each.name === name)
  if (!widget) return
  // the list is asked for each time it opens, so it knows the value that the node has by then
  widget.options.values = choices(kind, widget.value)
  if (!widget.picpikTyping) letCodesBeTyped(widget, kind)
}

function choices(kind, value) {
  const codes = kind === "sub" ? ["", ...known.sub] : known.main
  const own = typeof value === "string" && value !== otherCode() ? [value] : []
  return [...new Set([...codes, ...own]), otherCode()]
}

const otherCode = () => t("Other code…")

function letCodesBeTyped(widget, kind) {
  const original = widget.callback
  let last = widget.value
  widget.picpikTyping = true
  widget.callback = function (value, ...others) {
    if (value !== otherCode()) {
      last = value
      return original?.call(this, value, ...others)
    }
    const put = (code) => {
      last = code
      widget.options.values = choices(kind, code)
      widget.value = code
      original?.call(this, code, ...others)
      app.graph.setDirtyCanvas(true, true)
    }
    put(last)
    app.extensionManager.dialog
      .prompt({ title: t("Other code…"), message: t("Code of the model, as PICPIK gives it:"), defaultValue: last })
      .then((code) => code?.trim() && put(code.trim()))
  }
}

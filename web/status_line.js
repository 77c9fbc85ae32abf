/**
 * What a node of ours says while it runs, in the interface's language, and as the canvas can show it.
 *
 * The server knows neither: it sends English lines of parts. The classic canvas shows lines; Nodes 2.0 would run them
 * together, so there all parts stand on one line. Where ComfyUI has no place for the text, nothing is done.
 */

import { api } from "../../scripts/api.js"
import { app } from "../../scripts/app.js"
import { loadPhrases, translate } from "./phrases.js"

const WIDGET = "$$node-text-preview" // ComfyUI's own, made with the first text
const BETWEEN_PARTS = " · "
const CANVAS = "Comfy.VueNodes.Enabled"

/** By widget: what the server said last, and what is shown of it. */
const said = new WeakMap()

app.registerExtension({
  name: "picpik.StatusLine",
  async setup() {
    // ComfyUI's own listener has shown the text by then, whichever of the two is called first, and no frame was drawn
    api.addEventListener("progress_text", ({ detail }) => queueMicrotask(() => makeReadable(detail.text)))
    app.ui.settings.addEventListener(`${CANVAS}.change`, () => setTimeout(showAgain)) // it is in force a moment later
    await loadPhrases()
  },
})

function makeReadable(text) {
  for (const widget of widgets()) {
    if (widget.value === text) show(widget, text)
  }
}

function showAgain() {
  for (const widget of widgets()) {
    const { text, shown } = said.get(widget) ?? {}
    if (text && widget.value === shown) show(widget, text)
  }
}

function show(widget, text) {
  const lines = text.split("\n").map((line) => line.split(BETWEEN_PARTS).map(translate).join(BETWEEN_PARTS))
  const shown = lines.join(LiteGraph.vueNodesMode ? BETWEEN_PARTS : "\n")
  said.set(widget, { text, shown })
  widget.value = shown
}

/** Where our nodes show their texts. */
function* widgets(graph = app.graph) {
  for (const node of graph.nodes) {
    if (node.comfyClass?.startsWith("Picpik")) yield* node.widgets?.filter((each) => each.name === WIDGET) ?? []
    if (node.subgraph) yield* widgets(node.subgraph)
  }
}

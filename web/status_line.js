/**
 * What a node of ours says while it runs, in the interface's language, and as the canvas can show it.
 *
 * The server knows neither: it sends English lines of parts. The classic canvas shows lines; Nodes 2.0 would run them
 * together, so there all parts stand on one line. Where ComfyUI has no place for the text, nothing is done.
 *
 * Newer front ends take the text away when the run ends. It is what tells of credits, and of a paid task that goes on
 * after Cancel: so it is shown again, as long as the node is there.
 */

import { api } from "../../scripts/api.js"
import { app } from "../../scripts/app.js"
import { everyNode, nodeOfExecutionId } from "./graph_places.js"
import { loadPhrases, translate } from "./phrases.js"

const WIDGET = "$$node-text-preview" // ComfyUI's own, made with the first text
const BETWEEN_PARTS = " · "
const ENDS = ["execution_success", "execution_error", "execution_interrupted"]
const CANVAS = "Comfy.VueNodes.Enabled"

/** By widget: what the server said last, and what is shown of it. */
const said = new WeakMap()

/** By node: the last that it has said, as it came. */
const lastWords = new Map()

app.registerExtension({
  name: "picpik.StatusLine",
  async setup() {
    // ComfyUI's own listener has shown the text by then, whichever of the two is called first, and no frame was drawn
    api.addEventListener("progress_text", ({ detail }) => {
      remember(detail)
      queueMicrotask(() => makeReadable(detail.text))
    })
    for (const end of ENDS) api.addEventListener(end, () => setTimeout(sayAgain))
    app.ui.settings.addEventListener(`${CANVAS}.change`, () => setTimeout(showAgain)) // it is in force a moment later
    await loadPhrases()
  },
})

function remember({ nodeId, text }) {
  const node = nodeOfExecutionId(nodeId)
  if (isOurs(node)) lastWords.set(node, { nodeId, text })
}

/** Shows the last words where the front end has taken them away; a node that is gone has none. */
function sayAgain() {
  for (const [node, words] of lastWords) {
    if (nodeOfExecutionId(words.nodeId) !== node) lastWords.delete(node)
    else if (!node.widgets?.some(isText)) api.dispatchCustomEvent?.("progress_text", words)
  }
}

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
function* widgets() {
  for (const node of everyNode()) {
    if (isOurs(node)) yield* node.widgets?.filter(isText) ?? []
  }
}

const isOurs = (node) => Boolean(node?.comfyClass?.startsWith("Picpik"))
const isText = (widget) => widget.name === WIDGET

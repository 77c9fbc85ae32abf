/** A picture as a Load Image node on the canvas. */

import { api } from "../../scripts/api.js"
import { app } from "../../scripts/app.js"
import { t } from "./phrases.js"
import { saveForUndo } from "./undo.js"

const FOLDER = "picpik"

/** Copies the picture into ComfyUI's input folder and puts a Load Image node for it into the middle of the view. */
export async function addPictureToGraph(picture, name) {
  const value = await upload(picture, name)
  const { graph } = app.canvas // the one that is shown, which may be that of a subgraph
  const node = LiteGraph.createNode("LoadImage")
  node.pos = middleOfView(node)
  graph.add(node)
  const widget = node.widgets.find((each) => each.name === "image")
  if (!widget.options.values.includes(value)) widget.options.values.push(value)
  widget.value = value
  widget.callback?.(value)
  graph.setDirtyCanvas(true, true)
  saveForUndo()
  return node
}

async function upload(blob, name) {
  const extension = blob.type.split("/")[1] || "png"
  const form = new FormData()
  form.append("image", blob, `${name}.${extension}`)
  form.append("subfolder", FOLDER)
  const answer = await api.fetchApi("/upload/image", { method: "POST", body: form })
  if (!answer.ok) throw new Error(t("ComfyUI did not take the picture (HTTP {status}).", { status: answer.status }))
  const { name: stored, subfolder } = await answer.json()
  return subfolder ? `${subfolder}/${stored}` : stored
}

function middleOfView(node) {
  const { canvas, ds } = app.canvas
  const { width, height } = canvas.getBoundingClientRect()
  return [width / 2 / ds.scale - ds.offset[0] - node.size[0] / 2, height / 2 / ds.scale - ds.offset[1] - node.size[1] / 2]
}

/**
 * Drawing the box of Extract Pattern on the picture itself.
 *
 * Nodes 2.0 has ComfyUI's own widget for it. The classic canvas has none, so the node gets this one there; both write
 * the same value: {x, y, width, height} in pixels of the picture, four zeros for the whole of it.
 */

import { api } from "../../scripts/api.js"
import { app } from "../../scripts/app.js"
import { element, useStyles } from "./dom.js"
import { loadPhrases, t } from "./phrases.js"

const NODE = "PicpikExtractPattern"
const SIDES = ["x", "y", "width", "height"]
const HEIGHT = 220
const SHORTEST_DRAG = 4
const WHOLE = { x: 0, y: 0, width: 0, height: 0 }

app.registerExtension({
  name: "picpik.BoxPicker",
  async setup() {
    useStyles()
    await loadPhrases()
  },
  nodeCreated(node) {
    if (node.comfyClass !== NODE) return
    const box = new Box(node)
    keepSavedSlotsInStep(node, box)
    const picker = new Picker(node, box)
    node.addDOMWidget("picpik_box_picker", "picpik_box_picker", picker.root, {
      serialize: false,
      getMinHeight: () => HEIGHT,
      getMaxHeight: () => HEIGHT,
      hideOnZoom: false,
    }).serialize = false
    picker.follow()
  },
  loadedGraphNode(node) {
    if (node.comfyClass === NODE) new Box(node).show()
  },
})

/** The value of the node's widget `box`, and the four number fields that ComfyUI shows for it. */
class Box {
  constructor(node) {
    this.widget = node.widgets.find((widget) => widget.name === "box")
    const first = node.widgets.indexOf(this.widget) + 1
    this.numbers = node.widgets.slice(first, first + 4)
    this.slot = first
  }

  get value() {
    return { ...WHOLE, ...this.widget.value }
  }

  set(value) {
    this.widget.value = value
    this.widget.callback?.(value)
    this.show()
  }

  /** Has the number fields say what the box is. */
  show() {
    SIDES.forEach((side, index) => {
      if (this.numbers[index]?.name === side) this.numbers[index].value = this.value[side]
    })
  }
}

/** A drag in Nodes 2.0 leaves the saved numbers as they were; a workflow is to open with the same box everywhere. */
function keepSavedSlotsInStep(node, box) {
  const original = node.onSerialize
  node.onSerialize = function (saved) {
    original?.call(this, saved)
    const values = saved.widgets_values
    if (Array.isArray(values)) SIDES.forEach((side, index) => (values[box.slot + index] = box.value[side]))
  }
}

class Picker {
  constructor(node, box) {
    this.node = node
    this.box = box
    this.canvas = element("canvas", { className: "picpik-box", title: t("Drag to draw the box, double-click for all") })
    this.hint = element("div", { className: "picpik-box-hint" })
    this.root = element("div", { className: "picpik picpik-box-picker" }, this.canvas, this.hint)
    this.picture = new Image()
    this.picture.onload = () => this.draw()
    this.canvas.onpointerdown = (event) => this.begin(event)
    this.canvas.ondblclick = () => this.put(WHOLE)
  }

  /** Looks again and again at what is upstream and at the value, as both change without telling. */
  follow() {
    const look = () => {
      if (!this.node.graph) return
      const isOurs = !LiteGraph.vueNodesMode
      this.root.hidden = !isOurs
      if (isOurs && this.root.isConnected) this.update()
    }
    const timer = setInterval(look, 300)
    const original = this.node.onRemoved
    this.node.onRemoved = function () {
      clearInterval(timer)
      original?.call(this)
    }
  }

  update() {
    const url = pictureBefore(this.node)
    const state = JSON.stringify([url, this.box.value, this.root.clientWidth, this.root.clientHeight])
    if (state === this.state) return
    this.state = state
    if (url && url !== this.url) this.picture.src = url
    this.url = url
    this.draw()
  }

  get isReady() {
    return Boolean(this.url && this.picture.complete && this.picture.naturalWidth)
  }

  draw(box = this.box.value) {
    this.canvas.hidden = !this.isReady
    this.hint.textContent = this.isReady ? "" : t("To draw the box here, link raw_image to Load Image, or run once.")
    if (!this.isReady) return
    const { naturalWidth: width, naturalHeight: height } = this.picture
    const scale = Math.min(this.root.clientWidth / width, this.root.clientHeight / height)
    if (!(scale > 0)) return
    Object.assign(this.canvas, { width: width * scale, height: height * scale })
    const pen = this.canvas.getContext("2d")
    pen.drawImage(this.picture, 0, 0, width * scale, height * scale)
    if (!box.width || !box.height) return
    pen.fillStyle = "rgb(0 0 0 / 55%)"
    pen.fillRect(0, 0, width * scale, height * scale)
    const [x, y, w, h] = SIDES.map((side) => box[side] * scale)
    pen.drawImage(this.picture, box.x, box.y, box.width, box.height, x, y, w, h)
    pen.strokeStyle = "#fff"
    pen.lineWidth = 1.5
    pen.strokeRect(x, y, w, h)
  }

  /** A drag inside the box moves it, any other draws a new one. */
  begin(event) {
    if (event.button !== 0) return
    event.preventDefault()
    event.stopPropagation()
    this.canvas.setPointerCapture(event.pointerId)
    const start = this.point(event)
    const before = this.box.value
    const inside = isInside(start, before)
    const drag = (moved) => {
      const end = this.point(moved)
      return inside ? this.moved(before, start, end) : spanned(start, end)
    }
    this.canvas.onpointermove = (moved) => this.draw(drag(moved))
    this.canvas.onpointerup = (released) => {
      this.canvas.onpointermove = this.canvas.onpointerup = null
      const box = drag(released)
      if (box.width >= SHORTEST_DRAG && box.height >= SHORTEST_DRAG) this.put(box)
      else this.draw()
    }
  }

  put(box) {
    this.box.set({ ...box })
    this.draw()
    app.graph.setDirtyCanvas(true, true)
    app.extensionManager.workflow?.activeWorkflow?.changeTracker?.checkState?.()
  }

  /** Where the pointer is, in pixels of the picture. */
  point(event) {
    const shown = this.canvas.getBoundingClientRect()
    const within = (share, size) => Math.round(Math.min(1, Math.max(0, share)) * size)
    return [
      within((event.clientX - shown.left) / shown.width, this.picture.naturalWidth),
      within((event.clientY - shown.top) / shown.height, this.picture.naturalHeight),
    ]
  }

  moved(box, from, to) {
    const within = (value, room) => Math.max(0, Math.min(room, value))
    return {
      ...box,
      x: within(box.x + to[0] - from[0], this.picture.naturalWidth - box.width),
      y: within(box.y + to[1] - from[1], this.picture.naturalHeight - box.height),
    }
  }
}

function spanned([x1, y1], [x2, y2]) {
  return { x: Math.min(x1, x2), y: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) }
}

function isInside([x, y], box) {
  return x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height
}

/** The address of the picture that comes into `raw_image`, where the front end knows one. */
function pictureBefore(node) {
  const slot = node.inputs.findIndex((input) => input.name === "raw_image")
  const before = slot < 0 ? null : node.getInputNode(slot)
  if (!before) return null
  const chosen = before.comfyClass === "LoadImage" ? inputFile(before) : app.nodeOutputs?.[before.id]?.images?.[0]
  return chosen ? api.apiURL(`/view?${new URLSearchParams(chosen)}`) : null
}

function inputFile(loadImage) {
  const name = loadImage.widgets?.find((widget) => widget.name === "image")?.value
  if (typeof name !== "string" || !name) return null
  const parts = name.replace(/ \[(\w+)\]$/, "").split("/")
  const type = / \[(\w+)\]$/.exec(name)?.[1] ?? "input"
  return { filename: parts.pop(), subfolder: parts.join("/"), type }
}

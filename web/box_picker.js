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
const HEIGHT = 320
const HEIGHT_OF_HINT = 48
const SHORTEST_DRAG = 4
const MILLISECONDS_BETWEEN_LOOKS = 300
const ZEROS = { x: 0, y: 0, width: 0, height: 0 }

app.registerExtension({
  name: "picpik.BoxPicker",
  async setup() {
    useStyles()
    await loadPhrases()
  },
  nodeCreated(node) {
    if (node.comfyClass !== NODE) return
    const box = new Box(node)
    const picker = new Picker(node, box)
    node.addDOMWidget("picpik_box_picker", "picpik_box_picker", picker.root, {
      serialize: false,
      getMinHeight: () => picker.height,
      getMaxHeight: () => picker.height,
      hideOnZoom: false,
    }).serialize = false
    picker.follow()
  },
})

/** The value of the node's widget `box`, and the four number fields that ComfyUI makes for it. */
class Box {
  constructor(node) {
    this.node = node
    this.widget = node.widgets.find((widget) => widget.name === "box")
    this.slot = node.widgets.indexOf(this.widget)
    this.numbers = node.widgets.slice(this.slot + 1, this.slot + 5)
    this.size = null
    this.giveNumbersTheirOwnNames()
    this.saveTheWholeAsZeros()
  }

  get value() {
    return { ...ZEROS, ...this.widget.value }
  }

  get isWhole() {
    return isSame(this.value, ZEROS) || (this.size !== null && isSame(this.value, this.size))
  }

  set(value) {
    this.widget.value = { ...value }
    this.widget.callback?.(this.widget.value)
    this.showNumbers()
  }

  /** Has the number fields say what the box is. */
  showNumbers() {
    SIDES.forEach((side, index) => (this.numbers[index].value = this.value[side]))
  }

  /**
   * Nodes 2.0 draws a box of its own invention for four zeros, and moves one without a size. There the whole picture,
   * of `width` x `height`, is a box of its size.
   */
  fitTo(width, height, isNodes2) {
    const wasWhole = this.isWhole
    this.size = { x: 0, y: 0, width, height }
    const wanted = isNodes2 ? this.size : ZEROS
    if (wasWhole && !isSame(this.value, wanted)) this.set(wanted)
  }

  /** A widget's value is kept by its name: a number called "width" would be the node's own input of that name. */
  giveNumbersTheirOwnNames() {
    SIDES.forEach((side, index) => (this.numbers[index].name = `box ${side}`))
  }

  /** The whole picture is saved and sent as four zeros, also for the next picture, in either canvas. */
  saveTheWholeAsZeros() {
    const saved = () => (this.isWhole ? { ...ZEROS } : this.value)
    this.widget.serializeValue = saved
    const original = this.node.onSerialize
    const { slot } = this
    this.node.onSerialize = function (content) {
      original?.call(this, content)
      if (!Array.isArray(content.widgets_values)) return
      const value = saved()
      content.widgets_values.splice(slot, 5, value, ...SIDES.map((side) => value[side]))
    }
  }
}

const isSame = (one, other) => SIDES.every((side) => one[side] === other[side])

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
    this.canvas.ondblclick = () => this.put(this.box.size ?? ZEROS)
  }

  /** Looks again and again at what is upstream and at the value, as both change without telling. */
  follow() {
    const timer = setInterval(() => this.node.graph && this.look(), MILLISECONDS_BETWEEN_LOOKS)
    const original = this.node.onRemoved
    this.node.onRemoved = function () {
      clearInterval(timer)
      original?.call(this)
    }
  }

  look() {
    const isNodes2 = Boolean(LiteGraph.vueNodesMode)
    const url = pictureBefore(this.node)
    if (!url) this.url = url
    const state = JSON.stringify([url, this.box.value, isNodes2, this.root.clientWidth, this.root.clientHeight])
    if (state === this.state && this.isReady === this.wasReady) return
    this.state = state
    this.wasReady = this.isReady
    this.root.hidden = isNodes2
    this.box.widget.hidden = !isNodes2 // there it would only say "Node 2.0 only"
    if (url && url !== this.url) this.picture.src = url
    this.url = url
    if (!isNodes2) this.makeRoom()
    if (this.isReady) this.box.fitTo(this.picture.naturalWidth, this.picture.naturalHeight, isNodes2)
    this.draw()
  }

  get height() {
    return this.isReady ? HEIGHT : HEIGHT_OF_HINT
  }

  /** The node grows by itself for nobody. */
  makeRoom() {
    const [width, height] = this.node.size
    const needed = this.node.computeSize()[1]
    if (height < needed) this.node.setSize([width, needed])
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
    if (!box.width || !box.height) return // the whole picture
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

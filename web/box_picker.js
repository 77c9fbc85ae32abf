/**
 * Drawing the box of Extract Pattern on the picture itself, the same in both canvases.
 *
 * The picker only writes the value of the input `box`, which has fields of its own: where a front end makes them in a
 * way that is not known here, there is no picker, and the fields work as ever.
 */

import { app } from "../../scripts/app.js"
import { Box, WHOLE } from "./box.js"
import { button, element, useStyles } from "./dom.js"
import { sourceOf } from "./graph_places.js"
import { loadPhrases, t } from "./phrases.js"
import { RawPicture } from "./raw_picture.js"
import { saveForUndo } from "./undo.js"
import { placeBehind } from "./widget_places.js"

const NODE = "PicpikExtractPattern"
const NAME = "picpik_box_picker"
const HIGHEST_PICTURE = 320
const MARGIN = 10 // that the classic canvas leaves above and below an element
const SHORTEST_DRAG = 6 // pixels of the screen: what moves less is a click that slipped
const SMALLEST_BOX = 16 // pixels of the picture: the node refuses smaller ones
const STEP = 8 // pixels of the picture, for a key
const MILLISECONDS_BETWEEN_LOOKS = 300

const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

app.registerExtension({
  name: "picpik.BoxPicker",
  async setup() {
    useStyles()
    await loadPhrases()
  },
  nodeCreated(node) {
    if (node.comfyClass !== NODE) return
    const box = Box.of(node)
    if (box) new Picker(node, box).place()
  },
})

class Picker {
  constructor(node, box) {
    this.node = node
    this.box = box
    this.picture = new RawPicture(node, () => this.draw())
    this.canvas = element("canvas", { className: "picpik-box", tabIndex: 0, role: "application" })
    this.said = element("span", { className: "picpik-box-said" })
    this.all = button("", () => this.put(WHOLE))
    this.caption = element("div", { className: "picpik-box-caption" }, this.said, this.all)
    this.hint = element("div", { className: "picpik-box-hint" })
    this.root = element("div", { className: "picpik picpik-box-picker" }, this.canvas, this.caption, this.hint)
    this.canvas.onpointerdown = (event) => this.begin(event)
    this.canvas.ondblclick = () => this.put(WHOLE)
    this.root.onkeydown = (event) => this.press(event)
  }

  /** Stands directly below the box, above all inputs that come after it. */
  place() {
    const { node, box } = this
    const height = () => this.height + 2 * MARGIN
    const options = { serialize: false, getMinHeight: height, getMaxHeight: height, margin: MARGIN, hideOnZoom: false }
    const widget = node.addDOMWidget(NAME, NAME, this.root, options)
    placeBehind(node, widget, box.numbers.at(-1))
    this.follow()
  }

  /**
   * Looks again and again at what is upstream and at the value, as both change without telling: as long as the node
   * stands in a graph, which it may leave for another, as into a subgraph.
   */
  follow() {
    const { node, picture } = this
    let timer
    chain(node, "onAdded", () => {
      clearInterval(timer)
      timer = setInterval(() => this.look(), MILLISECONDS_BETWEEN_LOOKS)
      picture.open()
    })
    chain(node, "onRemoved", () => {
      clearInterval(timer)
      picture.close()
    })
  }

  look() {
    const isNodes2 = Boolean(LiteGraph.vueNodesMode)
    this.box.widget.hidden = !isNodes2 // in classic it would only say "Node 2.0 only"
    this.picture.look()
    const { clientWidth, clientHeight } = this.root
    const state = JSON.stringify([this.picture.address, this.reason, this.box.value, isNodes2, clientWidth, clientHeight])
    if (state === this.state) return
    this.state = state
    this.draw()
  }

  /** Why no box can be drawn; empty where one can. */
  get reason() {
    if (sourceOf(this.node, "region")) return t("region is linked: the box around what is painted there is used.")
    if (sourceOf(this.node, "box")) return t("box is linked: it comes from there.")
    if (!this.picture.isLinked) return t("Link raw_image to a picture to draw the box on it here.")
    return this.picture.isReady ? "" : t("Run once to see the picture here and to draw the box on it.")
  }

  /** Pixels on the screen for one of the picture; 0 as long as nothing is laid out. */
  get scale() {
    const [width, height] = this.picture.size
    return Math.min(this.root.clientWidth / width, HIGHEST_PICTURE / height)
  }

  get height() {
    if (this.reason) return this.hint.offsetHeight
    return Math.ceil(this.picture.size[1] * this.scale) + this.caption.offsetHeight
  }

  draw(box = this.box.value) {
    const { reason } = this
    this.hint.textContent = reason
    this.canvas.hidden = this.caption.hidden = Boolean(reason)
    this.root.style.minHeight = `${this.height}px`
    this.makeRoom()
    if (!reason) this.paint(box)
  }

  /** The node grows by itself for nobody. */
  makeRoom() {
    if (LiteGraph.vueNodesMode || !this.node.graph) return
    const [width, height] = this.node.size
    const needed = this.node.computeSize()[1]
    if (height < needed) this.node.setSize([width, needed])
    this.node.setDirtyCanvas(true, true)
  }

  paint(box) {
    const { scale } = this
    if (!(scale > 0)) return
    const [width, height] = this.picture.size
    Object.assign(this.canvas, { width: width * scale, height: height * scale })
    const pen = this.canvas.getContext("2d")
    pen.drawImage(this.picture.image, 0, 0, width * scale, height * scale)
    this.describe(box)
    if (!box.width || !box.height) return // the whole picture
    const [x, y] = [clamp(box.x, width) * scale, clamp(box.y, height) * scale]
    const [w, h] = [clamp(box.width, width - box.x) * scale, clamp(box.height, height - box.y) * scale]
    pen.fillStyle = "rgb(0 0 0 / 55%)"
    for (const part of around(x, y, w, h, width * scale, height * scale)) pen.fillRect(...part)
    pen.strokeStyle = "#fff"
    pen.lineWidth = 1.5
    pen.strokeRect(x, y, w, h)
  }

  describe({ x, y, width, height }) {
    const [wide, high] = this.picture.size
    const isWhole = !width && !height
    this.said.textContent = isWhole
      ? t("The whole picture, {width} × {height}", { width: wide, height: high })
      : t("{width} × {height} at {x}, {y}", { width, height, x, y })
    this.all.textContent = t("Whole picture")
    this.all.hidden = isWhole
    this.canvas.ariaLabel = `${t("Box on the picture")}: ${this.said.textContent}`
    this.canvas.title = t("Drag to draw the box or to move it. Arrow keys move it, with Shift they size it. Double-click: whole picture.")
  }

  /** A drag inside the box moves it, any other draws a new one. */
  begin(event) {
    if (event.button !== 0) return
    event.preventDefault()
    event.stopPropagation()
    this.canvas.focus({ preventScroll: true })
    this.canvas.setPointerCapture(event.pointerId)
    const start = this.point(event)
    const before = this.box.value
    const isInside = contains(before, start)
    const dragged = (moved) => {
      const end = this.point(moved)
      const box = isInside ? this.moved(before, end[0] - start[0], end[1] - start[1]) : spanned(start, end)
      return isMeant(event, moved, isInside) ? box : null
    }
    const end = (box) => {
      this.canvas.onpointermove = this.canvas.onpointerup = this.canvas.onlostpointercapture = null
      if (box && isLargeEnough(box)) this.put(box)
      else this.draw()
    }
    this.canvas.onpointermove = (moved) => this.draw(dragged(moved) ?? before)
    this.canvas.onpointerup = (released) => end(dragged(released))
    this.canvas.onlostpointercapture = () => end(null)
  }

  /** Arrow keys move the box, with Shift they size it; Delete takes it away. The keys are not the canvas's as well. */
  press(event) {
    if (event.target !== this.canvas) return event.stopPropagation()
    const [x, y] = KEYS[event.key] ?? []
    const isDelete = event.key === "Delete" || event.key === "Backspace"
    if (x === undefined && !isDelete) return
    event.preventDefault()
    event.stopPropagation()
    if (isDelete) return this.put(WHOLE)
    const before = this.box.isWhole ? this.middle() : this.box.value
    this.put(event.shiftKey ? this.sized(before, x * STEP, y * STEP) : this.moved(before, x * STEP, y * STEP))
  }

  put(box) {
    this.box.set(box)
    this.draw()
    app.canvas?.setDirty(true, true)
    saveForUndo()
  }

  /** Where the pointer is, in pixels of the picture. */
  point(event) {
    const shown = this.canvas.getBoundingClientRect()
    const [width, height] = this.picture.size
    const within = (share, size) => Math.round(clamp(share, 1) * size)
    return [within((event.clientX - shown.left) / shown.width, width), within((event.clientY - shown.top) / shown.height, height)]
  }

  /** A box to begin with, for the keyboard. */
  middle() {
    const [width, height] = this.picture.size.map((side) => Math.round(side / 2))
    return { x: Math.round(width / 2), y: Math.round(height / 2), width, height }
  }

  moved(box, right, down) {
    const [width, height] = this.picture.size
    return { ...box, x: clamp(box.x + right, width - box.width), y: clamp(box.y + down, height - box.height) }
  }

  sized(box, wider, higher) {
    const [width, height] = this.picture.size
    return {
      ...box,
      width: Math.max(SMALLEST_BOX, clamp(box.width + wider, width - box.x)),
      height: Math.max(SMALLEST_BOX, clamp(box.height + higher, height - box.y)),
    }
  }
}

function chain(node, name, done) {
  const original = node[name]
  node[name] = function (...values) {
    original?.apply(this, values)
    done()
  }
}

/** The four parts of a picture around a box. */
const around = (x, y, w, h, width, height) => [
  [0, 0, width, y],
  [0, y + h, width, height - y - h],
  [0, y, x, h],
  [x + w, y, width - x - w, h],
]

const clamp = (value, most) => Math.max(0, Math.min(most, value))

function spanned([x1, y1], [x2, y2]) {
  return { x: Math.min(x1, x2), y: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) }
}

function contains(box, [x, y]) {
  return x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height
}

/** Whether the pointer went far enough: to move a box in any direction, to draw one in both. */
function isMeant(start, end, isMove) {
  const ways = [Math.abs(end.clientX - start.clientX), Math.abs(end.clientY - start.clientY)]
  return (isMove ? Math.max(...ways) : Math.min(...ways)) >= SHORTEST_DRAG
}

const isLargeEnough = ({ width, height }) => Math.min(width, height) >= SMALLEST_BOX

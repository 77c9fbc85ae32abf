/**
 * The picture of a node's `raw_image` with something to be picked on it, below the widgets that keep what was picked; the
 * same in both canvases.
 *
 * A picker only writes the values of inputs that have fields of their own: where a front end makes them in a way that is
 * not known here, there is no picker, and the fields work as ever.
 */

import { app } from "../../scripts/app.js"
import { button, element } from "./dom.js"
import { takePlace } from "./element_places.js"
import { follow } from "./following.js"
import { sourceOf } from "./graph_places.js"
import { RawPicture } from "./raw_picture.js"
import { saveForUndo } from "./undo.js"
import { makeRoom, MARGIN, placeBehind } from "./widget_places.js"

const HIGHEST_PICTURE = 320

export const SHORTEST_DRAG = 6 // pixels of the screen: what moves less is a click that slipped
export const STEP = 8 // pixels of the picture, for a key
export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

/**
 * What a picker of one kind has to tell: `value` and `set(value)`, `reasons` why nothing can be picked, `description` of
 * a value, `clearing` (a button's text, or nothing), `cleared`, `label` and `help` of the picture, `paintOn(pen, value)`,
 * and what it does on `begin(event)` of a pointer and `press(event)` of a key.
 */
export class PicturePicker {
  constructor(node) {
    this.node = node
    this.picture = new RawPicture(node, () => this.draw())
    this.canvas = element("canvas", { className: "picpik-picker-picture", tabIndex: 0, role: "application" })
    this.said = element("span", { className: "picpik-picked" })
    this.clear = button("", () => this.put(this.cleared))
    this.caption = element("div", { className: "picpik-picker-caption" }, this.said, this.clear)
    this.hint = element("div", { className: "picpik-picker-hint" })
    this.root = element("div", { className: "picpik picpik-picker" }, this.canvas, this.caption, this.hint)
    this.canvas.onpointerdown = (event) => this.begin(event)
    this.root.onkeydown = (event) => this.pressed(event)
  }

  /** Stands directly below a widget, above all inputs that come after it. */
  placeBelow(widget, name) {
    const { node } = this
    const height = () => this.height + 2 * MARGIN
    const options = { serialize: false, getMinHeight: height, getMaxHeight: height, margin: MARGIN, hideOnZoom: false }
    this.name = name
    placeBehind(node, node.addDOMWidget(name, name, this.root, options), widget)
    this.follow()
  }

  /** Both what is upstream and the value change without telling. */
  follow() {
    const { node, picture } = this
    follow(node, () => this.look(), { opened: () => picture.open(), closed: () => picture.close() })
  }

  look() {
    if (this.isDragging) return
    takePlace(this.node, this.name, this.root)
    this.picture.look()
    const { clientWidth, clientHeight } = this.root
    const state = JSON.stringify([
      this.picture.address, this.reason, this.value, Boolean(LiteGraph.vueNodesMode), clientWidth, clientHeight,
    ])
    if (state === this.state) return
    this.state = state
    this.draw()
  }

  /** Why nothing can be picked; empty where something can. */
  get reason() {
    for (const [input, text] of Object.entries(this.reasons.linked)) if (sourceOf(this.node, input)) return text
    if (!this.picture.isLinked) return this.reasons.noPicture
    return this.picture.isReady ? (this.reasons.other ?? "") : this.reasons.notRun
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

  draw(value = this.value) {
    const { reason } = this
    this.hint.textContent = reason
    this.canvas.hidden = this.caption.hidden = Boolean(reason)
    if (!reason) this.describe(value) // before it is measured: it may take two lines
    this.root.style.minHeight = `${this.height}px`
    makeRoom(this.node)
    if (!reason) this.paint(value)
  }

  paint(value) {
    const { scale } = this
    if (!(scale > 0)) return
    const [width, height] = this.picture.size
    Object.assign(this.canvas, { width: width * scale, height: height * scale })
    const pen = this.canvas.getContext("2d")
    pen.drawImage(this.picture.image, 0, 0, width * scale, height * scale)
    this.paintOn(pen, value)
  }

  describe(value) {
    this.said.textContent = this.description(value)
    this.clear.textContent = this.clearing(value)
    this.clear.hidden = !this.clear.textContent
    this.canvas.ariaLabel = `${this.label}: ${this.said.textContent}`
    this.canvas.title = this.help
  }

  /** The keys are not the canvas's as well. */
  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return // Ctrl+Enter runs, whatever has the focus
    if (event.target !== this.canvas) return event.stopPropagation()
    if (!this.press(event)) return
    event.preventDefault()
    event.stopPropagation()
  }

  put(value) {
    this.set(value)
    this.draw()
    app.canvas?.setDirty(true, true)
    saveForUndo()
  }

  /** Follows a pointer that went down: `move` is told each event, `end` the last one, or nothing if it was taken away. */
  drag(event, move, end) {
    event.preventDefault()
    event.stopPropagation()
    this.canvas.focus({ preventScroll: true })
    this.canvas.setPointerCapture(event.pointerId)
    this.isDragging = true
    const ended = (last) => {
      this.isDragging = false
      this.canvas.onpointermove = this.canvas.onpointerup = this.canvas.onlostpointercapture = null
      end(last)
    }
    this.canvas.onpointermove = move
    this.canvas.onpointerup = ended
    this.canvas.onlostpointercapture = () => ended(null)
  }

  /** Where the pointer is, in pixels of the picture, fractions included. */
  point({ clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect()
    const [wide, high] = this.picture.size
    return [clamp((clientX - left) / width, 1) * wide, clamp((clientY - top) / height, 1) * high]
  }
}

export const clamp = (value, most) => Math.max(0, Math.min(most, value))

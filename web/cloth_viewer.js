/** The cloth of Repeat Pattern, in the node: drawn here from one tile, anew with each change of a widget, without a run. */

import { app } from "../../scripts/app.js"
import { centimetres, extentOf, paintCloth, parseLayout, straightTile, tileEdges } from "./cloth.js"
import { ClothTile } from "./cloth_tile.js"
import { ClothView } from "./cloth_view.js"
import { button, element, useStyles, write } from "./dom.js"
import { takePlace } from "./element_places.js"
import { follow } from "./following.js"
import { sourceOf } from "./graph_places.js"
import { loadPhrases, t } from "./phrases.js"
import { MARGIN } from "./widget_places.js"

const NODE = "PicpikRepeatPattern"
const NAME = "picpik_cloth_viewer"
const LAYING = ["layout", "drop"]
const MEASURES = ["columns", "rows", "width_cm", "height_cm", "dpi"]
const MILLISECONDS_BETWEEN_LOOKS = 100
const WIDTH = 360 // of a new node
const LOWEST_STAGE = 240
const SHARPEST = 3 // pixels drawn for one of the page: more are not seen, and take long
const ZOOM_STEP = 1.25
const WHEEL = 0.0015 // of a doubling, for what a wheel calls a pixel
const PAN_STEP = 40 // pixels of the screen, for a key
const NARROWEST_TILE = 6 // pixels of the screen: lines around smaller ones would cover the cloth

const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }

app.registerExtension({
  name: "picpik.ClothViewer",
  async setup() {
    useStyles()
    await loadPhrases()
  },
  nodeCreated(node) {
    if (node.comfyClass !== NODE) return
    const names = [...LAYING, ...MEASURES]
    const widgets = Object.fromEntries(names.map((name) => [name, node.widgets?.find((each) => each.name === name)]))
    if (names.every((name) => widgets[name])) new ClothViewer(node, widgets).place()
  },
})

class ClothViewer {
  constructor(node, widgets) {
    this.node = node
    this.widgets = widgets
    this.view = new ClothView()
    this.tile = new ClothTile(node, () => this.draw())
    this.hasLines = false
    this.build()
    this.listen()
  }

  build() {
    this.canvas = element("canvas", { className: "picpik-cloth", tabIndex: 0, role: "application" })
    this.hint = element("div", { className: "picpik-cloth-hint" })
    this.stage = element("div", { className: "picpik-cloth-stage" }, this.canvas, this.hint)
    this.stage.style.minHeight = `${LOWEST_STAGE}px`
    this.facts = element("span", { className: "picpik-cloth-facts" })
    this.next = tool("", () => this.turnTo(this.tile.index + 1))
    this.tools = {
      out: tool("−", () => this.change(() => this.view.zoom(1 / ZOOM_STEP))),
      in: tool("+", () => this.change(() => this.view.zoom(ZOOM_STEP))),
      fit: tool("", () => this.change(() => this.view.fit())),
      lines: tool("#", () => this.toggleLines()),
    }
    this.bar = element("div", { className: "picpik-cloth-bar" }, this.facts, this.next, ...Object.values(this.tools))
    this.root = element("div", { className: "picpik picpik-cloth-viewer" }, this.stage, this.bar)
  }

  listen() {
    // where the front end takes the wheel for itself, it leaves it to what has this mark and the focus
    this.stage.dataset.captureWheel = "true"
    this.canvas.onpointerdown = (event) => this.drag(event)
    this.canvas.ondblclick = () => this.change(() => this.view.fit())
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false })
    this.root.onkeydown = (event) => this.pressed(event)
    new ResizeObserver(() => this.draw()).observe(this.stage)
  }

  /** Stands below all inputs, and takes what room the node has left. */
  place() {
    const { node } = this
    const getMinHeight = () => LOWEST_STAGE + this.bar.offsetHeight + 2 * MARGIN
    const options = { serialize: false, getMinHeight, margin: MARGIN, hideOnZoom: false }
    const widget = node.addDOMWidget(NAME, NAME, this.root, options)
    Object.assign(widget, { serialize: false, label: t("Cloth") }) // app mode has the label above it
    node.setSize([Math.max(node.size[0], WIDTH), node.computeSize()[1]])
    follow(node, () => this.look(), { milliseconds: MILLISECONDS_BETWEEN_LOOKS })
  }

  look() {
    takePlace(this.node, NAME, this.root)
    this.tile.look()
    const { address, index, run, count } = this.tile
    const linked = this.linked([...LAYING, ...MEASURES])
    const state = JSON.stringify([address, index, count, run, this.values, linked, this.density])
    if (state === this.state) return
    this.state = state
    this.draw()
  }

  get values() {
    return Object.fromEntries(Object.entries(this.widgets).map(([name, { value }]) => [name, value]))
  }

  /** Those of these inputs that get their values from other nodes: what the widgets hold is not what runs. */
  linked(names) {
    return names.filter((name) => sourceOf(this.node, name))
  }

  /** Pixels to draw for one of the page, as the canvas around it is zoomed. */
  get density() {
    const zoom = this.stage.getBoundingClientRect().width / this.stage.clientWidth || 1
    return Math.min(SHARPEST, Math.round(zoom * devicePixelRatio * 100) / 100)
  }

  draw() {
    this.cloth = null
    const reason = this.reason ?? this.lay()
    write(this.hint, reason ?? "")
    this.canvas.hidden = Boolean(reason)
    this.describe()
    if (this.cloth && this.stage.clientWidth) this.paint()
  }

  /** Why there is no cloth to see; null where there is. */
  get reason() {
    const { tile } = this
    if (!tile.isLinked) return t("Link tile to a picture to see the cloth here.")
    if (tile.isGone) return t("The picture of the last run is no longer there. Run once to see the cloth here.")
    if (!tile.isReady) return t("Run once to see the cloth here.")
    const [input] = tile.run ? [] : this.linked([...LAYING, ...MEASURES])
    return input ? t("{input} is linked: run once to see the cloth here.", { input }) : null
  }

  /** Lays the cloth; says what keeps it from being laid. */
  lay() {
    try {
      this.layout = this.layoutToLay()
      this.cloth = this.extent()
      return null
    } catch (error) {
      return error.message
    }
  }

  layoutToLay() {
    const { layout, drop } = this.values
    return this.linked(LAYING).length ? parseLayout(this.tile.run.layout, drop) : parseLayout(layout, drop)
  }

  extent() {
    if (!this.linked(MEASURES).length) return extentOf(this.tile.size, this.values)
    const [width, height] = this.tile.run.cloth
    return { width, height, dpi: 0 }
  }

  describe() {
    const { index, count } = this.tile
    this.next.hidden = count < 2
    this.next.textContent = `${index + 1}/${count}`
    name(this.next, t("Next tile of the batch"))
    name(this.tools.out, t("Zoom out (−)"))
    name(this.tools.in, t("Zoom in (+)"))
    this.tools.fit.textContent = t("Fit")
    name(this.tools.fit, t("Fit: all of the cloth (0)"))
    name(this.tools.lines, t("Lines of the repeat (L)"))
    this.tools.lines.ariaPressed = String(this.hasLines)
    for (const each of Object.values(this.tools)) each.disabled = !this.cloth
    write(this.facts, this.cloth ? this.size() : "")
    this.canvas.ariaLabel = `${t("Cloth")}: ${this.facts.textContent}`
    this.canvas.title = t("Drag: move. Click, then wheel: zoom. Double-click: all of it. Keys: arrows, +, −, 0, L.")
  }

  size() {
    const { width, height, dpi } = this.cloth
    const pixels = t("{width} × {height} px", { width, height })
    if (!dpi) return pixels
    const [wide, high] = [width, height].map((side) => centimetres(side, dpi).toFixed(1))
    return `${pixels} · ${t("{width} × {height} cm", { width: wide, height: high })}`
  }

  paint() {
    const { canvas, density, view } = this
    const { clientWidth: width, clientHeight: height } = this.stage
    view.adapt(this.cloth, { width, height })
    Object.assign(canvas, { width: Math.round(width * density), height: Math.round(height * density) })
    const pen = canvas.getContext("2d")
    paintCloth(pen, this.straightTile(), this.cloth, scaled(view, density))
    if (this.hasLines) this.paintLines(pen, density)
  }

  /** It is made again for another tile or layout alone. */
  straightTile() {
    const { tile, layout } = this
    const key = JSON.stringify([tile.address, layout])
    if (this.straight?.key !== key) this.straight = { key, ...straightTile(tile.image, tile.size, layout) }
    return this.straight
  }

  /** Dark lines with light ones in them: seen on any cloth. */
  paintLines(pen, density) {
    const { view, tile, layout } = this
    if (Math.min(...tile.size) * view.scale < NARROWEST_TILE) return
    const { x, y, scale } = scaled(view, density)
    const lines = new Path2D()
    for (const [left, top, right, bottom] of tileEdges(tile.size, layout, view.part)) {
      lines.moveTo(Math.round(left * scale + x) + 0.5, Math.round(top * scale + y) + 0.5)
      lines.lineTo(Math.round(right * scale + x) + 0.5, Math.round(bottom * scale + y) + 0.5)
    }
    for (const [width, colour] of [[3, "rgb(0 0 0 / 60%)"], [1, "#fff"]]) {
      pen.lineWidth = width * Math.max(1, Math.round(density))
      pen.strokeStyle = colour
      pen.stroke(lines)
    }
  }

  change(how) {
    if (!this.cloth) return
    how()
    this.draw()
  }

  toggleLines() {
    this.hasLines = !this.hasLines
    this.draw()
  }

  turnTo(index) {
    this.tile.index = index % this.tile.count
    this.look()
  }

  drag(event) {
    if (event.button !== 0) return
    event.preventDefault()
    event.stopPropagation()
    const { canvas } = this
    canvas.focus({ preventScroll: true })
    canvas.setPointerCapture(event.pointerId)
    let before = event
    canvas.onpointermove = (moved) => {
      const [right, down] = [moved.clientX - before.clientX, moved.clientY - before.clientY].map((way) => way / this.zoomAround)
      before = moved
      this.change(() => this.view.pan(right, down))
    }
    canvas.onlostpointercapture = () => (canvas.onpointermove = null)
  }

  /** How large the canvas around shows a pixel of the page. */
  get zoomAround() {
    return this.stage.getBoundingClientRect().width / this.stage.clientWidth
  }

  /** The wheel is for the cloth once it was clicked on; until then, and with Ctrl, it is for the canvas around. */
  wheel(event) {
    if (document.activeElement !== this.canvas || event.ctrlKey || event.metaKey) return app.canvas.processMouseWheel(event)
    event.preventDefault()
    event.stopPropagation()
    const { left, top } = this.stage.getBoundingClientRect()
    const at = [event.clientX - left, event.clientY - top].map((way) => way / this.zoomAround)
    this.change(() => this.view.zoom(2 ** (-event.deltaY * WHEEL), at))
  }

  /** The keys are not the canvas's as well. */
  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return // Ctrl+Enter runs, whatever has the focus
    if (event.target !== this.canvas) return event.stopPropagation()
    if (!this.press(event.key)) return
    event.preventDefault()
    event.stopPropagation()
  }

  /** True where the key was for the cloth. */
  press(key) {
    const [x, y] = ARROWS[key] ?? []
    if (x !== undefined) this.change(() => this.view.pan(x * PAN_STEP, y * PAN_STEP))
    else if (key === "+" || key === "=") this.change(() => this.view.zoom(ZOOM_STEP))
    else if (key === "-") this.change(() => this.view.zoom(1 / ZOOM_STEP))
    else if (key === "0") this.change(() => this.view.fit())
    else if (key.toLowerCase() === "l") this.toggleLines()
    else return false
    return true
  }
}

const tool = (text, onclick) => button(text, onclick, { className: "picpik-button picpik-tool" })

function name(made, label) {
  made.ariaLabel = made.title = label
}

/** A view in the canvas's own pixels, on whole ones of which the cloth begins. */
const scaled = ({ x, y, scale }, density) => ({ x: Math.round(x * density), y: Math.round(y * density), scale: scale * density })

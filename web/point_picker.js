/** Clicking the points of Extract Contents on the picture itself. */

import { app } from "../../scripts/app.js"
import { useStyles } from "./dom.js"
import { loadPhrases, t } from "./phrases.js"
import { ARROWS, clamp, PicturePicker, SHORTEST_DRAG, STEP } from "./picture_picker.js"
import { Points } from "./points.js"

const NODE = "PicpikExtractContents"
const NAME = "picpik_point_picker"
const RADIUS = 6 // pixels of the screen
const REACH = 10 // pixels of the screen around a point in which it is taken hold of
const INCLUDED = "#22c55e"
const EXCLUDED = "#ef4444"

app.registerExtension({
  name: "picpik.PointPicker",
  async setup() {
    useStyles()
    await loadPhrases()
  },
  nodeCreated(node) {
    if (node.comfyClass !== NODE) return
    const points = Points.of(node)
    if (points) new PointPicker(node, points).placeBelow(points.widgets.at(-1), NAME)
  },
})

class PointPicker extends PicturePicker {
  constructor(node, points) {
    super(node)
    this.points = points
    this.chosen = -1 // the index of the point that keys move
    this.cleared = []
    this.canvas.oncontextmenu = (event) => {
      event.preventDefault()
      event.stopPropagation()
    }
  }

  get value() {
    return this.points.value
  }

  set(value) {
    this.points.set(value)
  }

  get reasons() {
    return {
      linked: {
        include_points: t("include_points is linked: the points come from there."),
        exclude_points: t("exclude_points is linked: the points come from there."),
      },
      noPicture: t("Link raw_image to a picture to click on it here."),
      notRun: t("Run once to see the picture here and to click on it."),
      other: this.value ? "" : t("The points are written in a way that is not shown here."),
    }
  }

  get label() {
    return t("Points on the picture")
  }

  get help() {
    return t(
      "Click: include. Alt-click or right click: exclude. Drag moves a point, Delete removes it. Enter sets one, arrow keys move it.",
    )
  }

  description(points) {
    const chosen = points[this.chosen]
    const excluded = points.filter(({ isExcluded }) => isExcluded).length
    const counted = points.length
      ? t("{included} to include, {excluded} to exclude", { included: points.length - excluded, excluded })
      : t("Click on what is to be cut out.")
    if (!chosen) return counted
    const kind = chosen.isExcluded ? t("exclude {x}, {y}", chosen) : t("include {x}, {y}", chosen)
    return `${counted} · ${kind}`
  }

  clearing(points) {
    return points.length ? t("Remove all points") : ""
  }

  paintOn(pen, points) {
    points.forEach((point, index) => this.paintPoint(pen, point, index === this.chosen))
  }

  /** A plus to include, a minus to exclude: colours alone tell not everybody. */
  paintPoint(pen, { x, y, isExcluded }, isChosen) {
    const [left, top] = [(x + 0.5) * this.scale, (y + 0.5) * this.scale]
    pen.beginPath()
    pen.arc(left, top, RADIUS, 0, 2 * Math.PI)
    pen.fillStyle = isExcluded ? EXCLUDED : INCLUDED
    pen.fill()
    pen.lineWidth = isChosen ? 3 : 1.5
    pen.strokeStyle = "#fff"
    pen.stroke()
    pen.lineWidth = 1.5
    pen.strokeStyle = "#000"
    pen.beginPath()
    pen.moveTo(left - 3, top)
    pen.lineTo(left + 3, top)
    if (!isExcluded) {
      pen.moveTo(left, top - 3)
      pen.lineTo(left, top + 3)
    }
    pen.stroke()
  }

  /** A click on a point chooses it, a drag moves it; a click anywhere else sets one. */
  begin(event) {
    if (event.button !== 0 && event.button !== 2) return
    const before = this.value
    const found = this.pointAt(event)
    const isExcluded = event.button === 2 || event.altKey || event.ctrlKey // on a Mac, Ctrl-click is the right click
    const points = found < 0 ? [...before, { ...this.place(event), isExcluded }] : before
    const index = found < 0 ? points.length - 1 : found
    this.chosen = index
    const isMoved = (moved) => Math.hypot(moved.clientX - event.clientX, moved.clientY - event.clientY) >= SHORTEST_DRAG
    const dragged = (moved) => (isMoved(moved) ? replaced(points, index, this.place(moved)) : points)
    this.draw(points)
    this.drag(event, (moved) => this.draw(dragged(moved)), (last) => {
      if (last) this.putChosen(dragged(last), index)
      else this.draw()
    })
  }

  /** True where the key was for the points. */
  press({ key, shiftKey, repeat }) {
    const points = this.value
    const [x, y] = ARROWS[key] ?? []
    const chosen = points[this.chosen]
    if (key === "Enter" && repeat) return true
    if (key === "Enter") this.putChosen([...points, { ...this.middle(), isExcluded: shiftKey }], points.length)
    else if (key === "PageDown" || key === "PageUp") this.choose(key === "PageDown" ? 1 : -1)
    else if (key === "Delete" || key === "Backspace") this.remove()
    else if (key === " " && chosen) this.putChosen(replaced(points, this.chosen, { isExcluded: !chosen.isExcluded }), this.chosen)
    else if (x !== undefined && chosen) this.move(x * (shiftKey ? 1 : STEP), y * (shiftKey ? 1 : STEP))
    else return false
    return true
  }

  choose(way) {
    const { length } = this.value
    if (length) this.chosen = (this.chosen + way + length + (this.chosen < 0 && way < 0 ? 1 : 0)) % length
    this.draw()
  }

  move(right, down) {
    const { x, y } = this.value[this.chosen]
    const [width, height] = this.picture.size
    const place = { x: clamp(x + right, width - 1), y: clamp(y + down, height - 1) }
    this.putChosen(replaced(this.value, this.chosen, place), this.chosen)
  }

  remove() {
    const points = this.value
    if (!points[this.chosen]) return
    this.putChosen(points.filter((_, index) => index !== this.chosen), -1)
  }

  /** Writes the points, in the order in which they are written, and keeps one of them chosen. */
  putChosen(points, index) {
    const chosen = points[index]
    const written = [...points.filter(({ isExcluded }) => !isExcluded), ...points.filter(({ isExcluded }) => isExcluded)]
    this.chosen = written.indexOf(chosen)
    this.put(written)
  }

  /** The index of the point under the pointer, the uppermost one; -1 for none. */
  pointAt(event) {
    const shown = this.canvas.getBoundingClientRect()
    const zoom = shown.width / this.canvas.width
    const far = ({ x, y }) =>
      Math.hypot(
        shown.left + (x + 0.5) * this.scale * zoom - event.clientX,
        shown.top + (y + 0.5) * this.scale * zoom - event.clientY,
      )
    return this.value.findLastIndex((point) => far(point) <= Math.max(REACH, RADIUS * zoom))
  }

  place(event) {
    const [width, height] = this.picture.size
    const [x, y] = this.point(event).map(Math.floor)
    return { x: clamp(x, width - 1), y: clamp(y, height - 1) }
  }

  middle() {
    const [x, y] = this.picture.size.map((side) => Math.floor(side / 2))
    return { x, y }
  }
}

const replaced = (points, index, changes) => points.map((point, at) => (at === index ? { ...point, ...changes } : point))

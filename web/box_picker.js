/** Drawing the box of Extract Pattern and of Remove Background on the picture itself. */

import { app } from "../../scripts/app.js"
import { Box, WHOLE } from "./box.js"
import { useStyles } from "./dom.js"
import { loadPhrases, t } from "./phrases.js"
import { ARROWS, clamp, PicturePicker, SHORTEST_DRAG, STEP } from "./picture_picker.js"

const NAME = "picpik_box_picker"
const SMALLEST_BOX = 16 // pixels of the picture: the nodes refuse smaller ones

/** What no box means, by node type. */
const WITHOUT = {
  PicpikExtractPattern: {
    is: (size) => t("The whole picture, {width} × {height}", size),
    button: () => t("Whole picture"),
    help: () =>
      t("Drag to draw the box or to move it. Arrow keys move it, with Shift they size it. Double-click: whole picture."),
  },
  PicpikRemoveBackground: {
    is: () => t("No box: PICPIK looks for the main object"),
    button: () => t("No box"),
    help: () => t("Drag to draw the box or to move it. Arrow keys move it, with Shift they size it. Double-click: no box."),
  },
}

app.registerExtension({
  name: "picpik.BoxPicker",
  async setup() {
    useStyles()
    await loadPhrases()
  },
  nodeCreated(node) {
    const without = WITHOUT[node.comfyClass]
    const box = without && Box.of(node)
    if (box) new BoxPicker(node, box, without).placeBelow(box.numbers.at(-1), NAME)
  },
})

class BoxPicker extends PicturePicker {
  constructor(node, box, without) {
    super(node)
    this.box = box
    this.without = without
    this.cleared = WHOLE
    this.canvas.ondblclick = () => this.put(WHOLE)
  }

  get value() {
    return this.box.value
  }

  set(value) {
    this.box.set(value)
  }

  look() {
    this.box.widget.hidden = !LiteGraph.vueNodesMode // in classic it would only say "Node 2.0 only"
    super.look()
  }

  get reasons() {
    return {
      linked: {
        region: t("region is linked: the box around what is painted there is used."),
        box: t("box is linked: it comes from there."),
      },
      noPicture: t("Link raw_image to a picture to draw the box on it here."),
      notRun: t("Run once to see the picture here and to draw the box on it."),
    }
  }

  get label() {
    return t("Box on the picture")
  }

  get help() {
    return this.without.help()
  }

  description({ x, y, width, height }) {
    const [wide, high] = this.picture.size
    if (!width && !height) return this.without.is({ width: wide, height: high })
    return t("{width} × {height} at {x}, {y}", { width, height, x, y })
  }

  clearing({ width, height }) {
    return width || height ? this.without.button() : ""
  }

  paintOn(pen, box) {
    if (!box.width || !box.height) return
    const { scale } = this
    const [width, height] = this.picture.size
    const [x, y] = [clamp(box.x, width) * scale, clamp(box.y, height) * scale]
    const [w, h] = [clamp(box.width, width - box.x) * scale, clamp(box.height, height - box.y) * scale]
    pen.fillStyle = "rgb(0 0 0 / 55%)"
    for (const part of around(x, y, w, h, width * scale, height * scale)) pen.fillRect(...part)
    pen.strokeStyle = "#fff"
    pen.lineWidth = 1.5
    pen.strokeRect(x, y, w, h)
  }

  /** A drag inside the box moves it, any other draws a new one. */
  begin(event) {
    if (event.button !== 0) return
    const edge = (pointer) => this.point(pointer).map(Math.round)
    const start = edge(event)
    const before = this.value
    const isInside = contains(before, start)
    const dragged = (moved) => {
      const end = edge(moved)
      const box = isInside ? this.moved(before, end[0] - start[0], end[1] - start[1]) : spanned(start, end)
      return isMeant(event, moved, isInside) ? box : null
    }
    const move = (moved) => this.draw(dragged(moved) ?? before)
    this.drag(event, move, (last) => {
      const box = last && dragged(last)
      if (box && isLargeEnough(box)) this.put(box)
      else this.draw()
    })
  }

  /** Arrow keys move the box, with Shift they size it; Delete takes it away. True where the key was for the box. */
  press({ key, shiftKey }) {
    if (key === "Delete" || key === "Backspace") {
      this.put(WHOLE)
      return true
    }
    const [x, y] = ARROWS[key] ?? []
    if (x === undefined) return false
    const before = this.box.isWhole ? this.middle() : this.value
    this.put(shiftKey ? this.sized(before, x * STEP, y * STEP) : this.moved(before, x * STEP, y * STEP))
    return true
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

/** The four parts of a picture around a box. */
const around = (x, y, w, h, width, height) => [
  [0, 0, width, y],
  [0, y + h, width, height - y - h],
  [0, y, x, h],
  [x + w, y, width - x - w, h],
]

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

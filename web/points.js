/** The values of Extract Contents' widgets `include_points` and `exclude_points`, as a list of {x, y, isExcluded}. */

const NAMES = ["include_points", "exclude_points"]

export class Points {
  /** The points of a node, or null where the front end does not make its widgets as it is known to. */
  static of(node) {
    const widgets = NAMES.map((name) => node.widgets?.find((each) => each.name === name))
    return widgets.every((widget) => typeof widget?.value === "string") ? new Points(widgets) : null
  }

  constructor(widgets) {
    this.widgets = widgets
  }

  /** All of them, those to include first; null where a text is none that is written here. */
  get value() {
    const lists = this.widgets.map((widget) => parsed(widget.value))
    if (lists.some((list) => !list)) return null
    return lists.flatMap((list, index) => list.map(({ x, y }) => ({ x, y, isExcluded: index === 1 })))
  }

  set(points) {
    this.widgets.forEach((widget, index) => {
      const own = points.filter(({ isExcluded }) => isExcluded === (index === 1))
      const text = own.length ? JSON.stringify(own.map(({ x, y }) => ({ x, y }))) : ""
      if (text === widget.value) return
      widget.value = text
      widget.callback?.(text)
    })
  }
}

function parsed(text) {
  if (!text.trim()) return []
  try {
    const list = JSON.parse(text)
    return Array.isArray(list) && list.every(isPoint) ? list : null
  } catch {
    return null
  }
}

const isPoint = (point) => typeof point?.x === "number" && typeof point?.y === "number"

/** The value of a widget `box`: {x, y, width, height} in pixels of the picture, four zeros for none. */

export const SIDES = ["x", "y", "width", "height"]
export const WHOLE = { x: 0, y: 0, width: 0, height: 0 }

export class Box {
  /** The box of a node, or null where the front end does not make the widgets of one as it is known to. */
  static of(node) {
    const widget = node.widgets?.find((each) => each.name === "box")
    const numbers = widget?.linkedWidgets ?? []
    const isKnown = String(numbers.map(({ name }) => name)) === String(SIDES) && isBox(widget.value)
    giveOwnNames([...numbers, ...firstOfTwins(node.widgets ?? [])])
    return isKnown ? new Box(widget, numbers) : null
  }

  constructor(widget, numbers) {
    this.widget = widget
    this.numbers = numbers
    for (const number of numbers) number.options.min = 0 // else the whole picture cannot be typed
  }

  get value() {
    return { ...WHOLE, ...this.widget.value }
  }

  get isWhole() {
    return isSame(this.value, WHOLE)
  }

  set(value) {
    this.widget.value = { ...value }
    this.widget.callback?.(this.widget.value) // has the number fields follow
  }
}

const isBox = (value) => SIDES.every((side) => typeof value?.[side] === "number")

/** A widget's value is kept by its name: a number called "width" would be the node's own input of that name. */
function giveOwnNames(numbers) {
  for (const number of new Set(numbers)) number.name = `box ${number.name}`
}

/** Those of the sides' names that two widgets have: the box's fields come before the node's own inputs. */
function firstOfTwins(widgets) {
  const named = SIDES.map((side) => widgets.filter(({ name }) => name === side))
  return named.filter((twins) => twins.length > 1).map(([first]) => first)
}

const isSame = (one, other) => SIDES.every((side) => one[side] === other[side])

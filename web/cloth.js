/**
 * A tile as cloth: how it is laid, how large the cloth is, and its picture, to the pixel as pattern/layouts.py and
 * pattern/cloth.py have them. Sizes and places are in pixels of the cloth, unless another unit is named.
 */

import { t } from "./phrases.js"

export const LONGEST_SIDE = 16384
const KINDS = ["straight", "half-drop", "half-brick", "mirror", "turned"]
const DROPPED = ["half-drop", "half-brick"]
const LARGEST_BLOCK = 32 * 1024 * 1024 // pixels of a straight tile; what is larger is drawn smaller
const CENTIMETRES_PER_INCH = 2.54

/** A layout by its name and a fraction, which a name such as "half-drop 1/3" brings along. Throws what is wrong, in words. */
export function parseLayout(text, drop) {
  const [, kind, own] = /^(\S*)\s?(.*)$/s.exec(text.trim())
  if (!KINDS.includes(kind) || (own && !DROPPED.includes(kind))) throw new Error(t("layout: “{text}” is no layout.", { text }))
  return DROPPED.includes(kind) ? { kind, ...parseDrop(own || drop) } : { kind }
}

function parseDrop(text) {
  const [numerator, denominator] = /^\s*(\d{1,3})\s*\/\s*(\d{1,3})\s*$/.exec(text)?.slice(1).map(Number) ?? []
  if (!(numerator > 0 && numerator < denominator)) {
    throw new Error(t("drop: “{text}” is no fraction between 0 and 1, such as 1/2 or 1/3.", { text }))
  }
  const divisor = greatestDivisor(numerator, denominator)
  return { numerator: numerator / divisor, denominator: denominator / divisor }
}

const greatestDivisor = (one, other) => (other ? greatestDivisor(other, one % other) : one)

/** After how many columns and rows the cloth begins anew. */
export function periodOf({ kind, denominator }) {
  if (kind === "straight") return [1, 1]
  if (kind === "half-drop") return [denominator, 1]
  return kind === "half-brick" ? [1, denominator] : [2, 2]
}

/** By how much a column or row of tiles of this length is shifted. */
function offset(length, index, { numerator, denominator }) {
  return Math.floor((index * length * numerator) / denominator) % length
}

/**
 * Width and height of the cloth of a tile, and how many pixels of it lie on an inch, 0 where nothing tells it.
 *
 * A width or height in centimetres wins over columns and rows, and without `dpi` it tells the size of these.
 * Throws, in words, where the cloth is too large.
 */
export function extentOf([wide, high], { columns, rows, width_cm, height_cm, dpi }) {
  const [across, down] = [columns * wide, rows * high]
  const resolution =
    dpi || (width_cm && across / (width_cm / CENTIMETRES_PER_INCH)) || (height_cm && down / (height_cm / CENTIMETRES_PER_INCH))
  const pixels = (centimetres) => roundedToEven((centimetres / CENTIMETRES_PER_INCH) * resolution)
  const [width, height] = [width_cm ? pixels(width_cm) : across, height_cm ? pixels(height_cm) : down]
  if (![width, height].every((side) => side >= 1 && side <= LONGEST_SIDE)) {
    const values = { width, height, longest: LONGEST_SIDE }
    throw new Error(t("The cloth would have {width} × {height} pixels; {longest} is its longest side.", values))
  }
  return { width, height, dpi: resolution }
}

export const centimetres = (pixels, dpi) => (pixels / dpi) * CENTIMETRES_PER_INCH

/** As Python rounds: a half goes to the even number. */
function roundedToEven(value) {
  const below = Math.floor(value)
  if (value - below !== 0.5) return Math.round(value)
  return below % 2 ? below + 1 : below
}

/** The smallest tile that makes the same cloth when it is laid straight: its size, and a canvas, which is smaller if it is huge. */
export function straightTile(image, [width, height], layout) {
  const [columns, rows] = periodOf(layout)
  const [wide, high] = [columns * width, rows * height]
  const scale = Math.min(1, LONGEST_SIDE / wide, LONGEST_SIDE / high, Math.sqrt(LARGEST_BLOCK / (wide * high)))
  const canvas = new OffscreenCanvas(Math.ceil(wide * scale), Math.ceil(high * scale))
  const pen = canvas.getContext("2d")
  pen.imageSmoothingEnabled = scale < 1
  pen.scale(canvas.width / wide, canvas.height / high)
  for (const place of places([width, height], layout)) {
    pen.save()
    pen.translate(place.x + width / 2, place.y + height / 2)
    pen.scale(...place.flip)
    pen.drawImage(image, -width / 2, -height / 2, width, height)
    pen.restore()
  }
  return { canvas, width: wide, height: high }
}

/** Where tiles lie in the straight tile, cut by its edges, and which way round (1 or -1 for each direction). */
function* places([width, height], layout) {
  const [columns, rows] = periodOf(layout)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [x, y, flip] = [column * width, row * height, flipOf(layout, column, row)]
      if (layout.kind === "half-drop") {
        const shift = offset(height, column, layout)
        yield* [{ x, y: shift, flip }, { x, y: shift - height, flip }]
      } else if (layout.kind === "half-brick") {
        const shift = offset(width, row, layout)
        yield* [{ x: shift, y, flip }, { x: shift - width, y, flip }]
      } else yield { x, y, flip }
    }
  }
}

function flipOf({ kind }, column, row) {
  const way = (isFlipped) => (isFlipped ? -1 : 1)
  if (kind === "mirror") return [way(column % 2), way(row % 2)]
  return kind === "turned" ? [way((column + row) % 2), way((column + row) % 2)] : [1, 1]
}

/** Paints cloth {width, height} of a straight tile; its corner is at x, y of the pen's canvas, `scale` of whose pixels are one of the cloth. */
export function paintCloth(pen, tile, { width, height }, { x, y, scale }) {
  const pattern = pen.createPattern(tile.canvas, "repeat")
  pattern.setTransform(new DOMMatrix().scale(tile.width / tile.canvas.width, tile.height / tile.canvas.height))
  pen.save()
  pen.setTransform(scale, 0, 0, scale, x, y)
  pen.imageSmoothingEnabled = scale < 1 // whoever looks closely wants to see pixels
  pen.imageSmoothingQuality = "high"
  pen.fillStyle = pattern
  pen.fillRect(0, 0, width, height)
  pen.restore()
}

/** The edges of tiles [width, height] in a part of the cloth, as [x, y, x, y] each. */
export function* tileEdges([width, height], layout, { left, top, right, bottom }) {
  if (layout.kind === "half-drop") {
    for (const [edge, next, column] of steps(left, right, width)) {
      yield [edge, top, edge, bottom]
      for (const [level] of steps(top, bottom, height, offset(height, column, layout))) yield [edge, level, next, level]
    }
    return
  }
  for (const [edge, next, row] of steps(top, bottom, height)) {
    yield [left, edge, right, edge]
    const shift = layout.kind === "half-brick" ? offset(width, row, layout) : 0
    for (const [place] of steps(left, right, width, shift)) yield [place, edge, place, next]
  }
}

/** Multiples of a length, from the one at or before `first` on: each with the next one and its number. */
function* steps(first, last, length, shift = 0) {
  for (let index = Math.max(0, Math.floor((first - shift) / length)); index * length + shift < last; index++) {
    yield [index * length + shift, (index + 1) * length + shift, index]
  }
}

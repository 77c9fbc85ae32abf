/** Which part of a cloth is seen, and how large: zoom and pan. `room` is what it is seen in, in pixels of the screen. */

const LARGEST_SCALE = 32

export class ClothView {
  constructor() {
    this.scale = 1 // pixels of the screen for one of the cloth
    this.x = this.y = 0 // where the cloth's corner lies in the room
    this.isFitted = true // as long as nobody moves it, all of the cloth is seen
  }

  /** Takes notice of another size of cloth or room. */
  adapt(cloth, room) {
    this.cloth = cloth
    this.room = room
    if (this.isFitted) this.scale = this.fittingScale
    this.settle()
  }

  get fittingScale() {
    return Math.min(this.room.width / this.cloth.width, this.room.height / this.cloth.height)
  }

  fit() {
    this.isFitted = true
    this.adapt(this.cloth, this.room)
  }

  /** What lies at `at` stays there; without it, what is in the middle does. */
  zoom(factor, at = [this.room.width / 2, this.room.height / 2]) {
    const scale = Math.max(Math.min(this.fittingScale, 1), Math.min(this.scale * factor, LARGEST_SCALE))
    const grown = scale / this.scale
    this.isFitted = false
    this.scale = scale
    this.x = at[0] - (at[0] - this.x) * grown
    this.y = at[1] - (at[1] - this.y) * grown
    this.settle()
  }

  pan(right, down) {
    this.isFitted = false
    this.x += right
    this.y += down
    this.settle()
  }

  /** The cloth fills the room, or stands in the middle of it where it is smaller. */
  settle() {
    this.x = settled(this.x, this.cloth.width * this.scale, this.room.width)
    this.y = settled(this.y, this.cloth.height * this.scale, this.room.height)
  }

  /** The part of the cloth that is seen, in its pixels. */
  get part() {
    const { cloth, room, scale, x, y } = this
    return {
      left: Math.max(0, -x / scale),
      top: Math.max(0, -y / scale),
      right: Math.min(cloth.width, (room.width - x) / scale),
      bottom: Math.min(cloth.height, (room.height - y) / scale),
    }
  }
}

function settled(place, length, room) {
  return length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, place))
}

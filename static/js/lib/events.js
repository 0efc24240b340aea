/**
 * Event bus of one component: its parts emit, and one table says what each event calls. The parts
 * know the events they emit and nothing of each other, so the table can be made after all of them.
 *
 * @typedef {(type: string, detail?: any) => void} Emit
 */
export class Events {
  /** @type {Map<string, (detail: any) => void>} */
  #calls = new Map();

  /** @param {Record<string, (detail: any) => void>} table what each event calls */
  connect(table) {
    this.#calls = new Map(Object.entries(table));
  }

  /** An event without a row is ignored. @type {Emit} */
  emit = (type, detail) => this.#calls.get(type)?.(detail);
}

import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { moved, type View, zoomed } from "./view.ts";

/** What fingers, mice and keys do to the chart. */
export interface Hands {
  /** Something is pointed at, in pixels of the canvas. @returns whether anything is there */
  point(x: number, y: number): boolean;
  /** What is pointed at is to be opened. */
  open(): void;
  drag(pixels: number): void;
  /** Where that lies in what is in view, 0 to 1. */
  partOf(x: number): number;
  onView(change: (view: View) => View): void;
  onNow(): void;
  /** To the span beside the one that is marked. */
  step(across: number, down: number): void;
  leave(): void;
}

const CLOSER = 0.8;
/** Less is a click that was not quite still. */
const STILL_PIXELS = 4;
const PAN = 0.1;

export function useHands(canvas: RefObject<HTMLCanvasElement | null>, hands: Hands): void {
  const present = useRef(hands);
  present.current = hands;
  useEffect(() => {
    const { current } = canvas;
    if (!current) return;
    const ended = new AbortController();
    const options = { signal: ended.signal };
    const at = (event: MouseEvent): readonly [number, number] => {
      const box = current.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    const held = new Map<number, number>();
    let travelled = 0;
    const spread = (): number => Math.abs((held.values().next().value ?? 0) - ([...held.values()].at(-1) ?? 0));

    current.addEventListener(
      "pointerdown",
      (event) => {
        held.set(event.pointerId, at(event)[0]);
        travelled = 0;
        current.setPointerCapture(event.pointerId);
      },
      options,
    );
    current.addEventListener(
      "pointermove",
      (event) => {
        const [x, y] = at(event);
        const before = held.get(event.pointerId);
        if (before === undefined) {
          current.style.cursor = present.current.point(x, y) ? "pointer" : "";
          return;
        }
        const wide = spread();
        held.set(event.pointerId, x);
        travelled += Math.abs(x - before);
        if (held.size === 2 && wide > 8 && spread() > 8) {
          const middle = [...held.values()].reduce((sum, each) => sum + each, 0) / 2;
          const factor = wide / spread();
          present.current.onView((view) => zoomed(view, factor, present.current.partOf(middle)));
        } else if (held.size === 1 && travelled > STILL_PIXELS) {
          present.current.leave();
          present.current.drag(x - before);
        }
      },
      options,
    );
    const release = (event: PointerEvent): void => {
      const wasStill = held.delete(event.pointerId) && travelled <= STILL_PIXELS;
      if (event.type !== "pointerup" || !wasStill || held.size > 0) return;
      if (!present.current.point(...at(event))) return;
      if (event.pointerType === "mouse") requestAnimationFrame(() => present.current.open()); // a finger looks first
    };
    current.addEventListener("pointerup", release, options);
    current.addEventListener("pointercancel", release, options);
    current.addEventListener(
      "pointerleave",
      ({ pointerType }) => pointerType === "mouse" && present.current.leave(),
      options,
    );
    current.addEventListener(
      "dblclick",
      (event) => present.current.point(...at(event)) && present.current.open(),
      options,
    );
    current.addEventListener(
      "wheel",
      (event) => {
        const isZoom = event.ctrlKey || event.metaKey || (document.activeElement === current && !event.shiftKey);
        const across = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
        if (Math.abs(across) > Math.abs(event.deltaY) || (event.shiftKey && across !== 0))
          present.current.drag(-across);
        else if (isZoom) {
          const part = present.current.partOf(at(event)[0]);
          present.current.onView((view) => zoomed(view, event.deltaY > 0 ? 1 / CLOSER : CLOSER, part));
        } else return; // the page scrolls
        event.preventDefault();
      },
      { ...options, passive: false },
    );
    current.addEventListener(
      "keydown",
      (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const act = keys[`${event.shiftKey && event.key.startsWith("Arrow") ? "Shift+" : ""}${event.key}`];
        if (!act) return;
        act(present.current);
        event.preventDefault();
      },
      options,
    );
    return () => ended.abort();
  }, [canvas]);
}

const keys: Readonly<Record<string, (hands: Hands) => void>> = {
  ArrowLeft: ({ onView }) => onView((view) => moved(view, -PAN)),
  ArrowRight: ({ onView }) => onView((view) => moved(view, PAN)),
  "+": ({ onView }) => onView((view) => zoomed(view, CLOSER, 0.5)),
  "=": ({ onView }) => onView((view) => zoomed(view, CLOSER, 0.5)),
  "-": ({ onView }) => onView((view) => zoomed(view, 1 / CLOSER, 0.5)),
  "0": ({ onNow }) => onNow(),
  "Shift+ArrowLeft": ({ step }) => step(-1, 0),
  "Shift+ArrowRight": ({ step }) => step(1, 0),
  "Shift+ArrowUp": ({ step }) => step(0, -1),
  "Shift+ArrowDown": ({ step }) => step(0, 1),
  Enter: ({ open }) => open(),
  Escape: ({ leave }) => leave(),
};

import { useEffect, useState } from "preact/hooks";

interface Tip {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

const MARGIN = 8;

/** Shows the `data-tip` of what is pointed at or focused, of everything on the page. For those who hear it, say it in `aria-label` too. */
export function Tips() {
  const [tip, setTip] = useState<Tip | null>(null);
  useEffect(() => {
    const show = ({ target }: Event): void => {
      const of = target instanceof Element ? target.closest<HTMLElement>("[data-tip]") : null;
      if (!of) return setTip(null);
      const { left, width, top } = of.getBoundingClientRect();
      const x = Math.min(Math.max(left + width / 2, 130), innerWidth - 130);
      setTip({ text: of.dataset.tip ?? "", x, y: top - MARGIN });
    };
    const hide = (): void => setTip(null);
    const heard = ["pointerover", "focusin"];
    for (const event of heard) document.addEventListener(event, show);
    document.addEventListener("scroll", hide, true);
    return () => {
      for (const event of heard) document.removeEventListener(event, show);
      document.removeEventListener("scroll", hide, true);
    };
  }, []);
  return (
    tip && (
      <div class="tip" aria-hidden="true" style={{ left: `${tip.x}px`, top: `${tip.y}px` }}>
        <bdi>{tip.text}</bdi>
      </div>
    )
  );
}

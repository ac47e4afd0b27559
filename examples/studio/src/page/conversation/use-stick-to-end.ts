import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

/** So close to the end counts as the end: fractions of pixels, and the last line's descent. */
const nearPx = 48;

/**
 * Keeps the end of what grows in view, as long as the reader is there. Scrolling up lets go; scrolling back to the end
 * (or `toEnd`) takes hold again.
 */
export function useStickToEnd(scroller: RefObject<HTMLElement | null>) {
  const held = useRef(true);
  const [away, setAway] = useState(false);

  const toEnd = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    held.current = true;
    setAway(false);
    element.scrollTop = element.scrollHeight;
  }, [scroller]);

  useEffect(() => {
    const element = scroller.current;
    const content = element?.firstElementChild;
    if (!element || !content) return;
    let top = element.scrollTop;
    const onScroll = () => {
      const left = element.scrollHeight - element.clientHeight - element.scrollTop;
      // Only a move upwards lets go: growth alone moves nothing, and our own moves go down.
      if (left <= nearPx) held.current = true;
      else if (element.scrollTop < top) held.current = false;
      top = element.scrollTop;
      setAway(!held.current);
    };
    const onGrowth = new ResizeObserver(() => {
      if (held.current) element.scrollTop = element.scrollHeight;
      else onScroll();
    });
    // What one opens should stay where it is: it grows downwards, out of sight if need be.
    const onClick = ({ target }: MouseEvent) => {
      if (target instanceof Element && target.closest("summary")) held.current = false;
    };
    onGrowth.observe(content);
    onGrowth.observe(element);
    element.addEventListener("scroll", onScroll, { passive: true });
    element.addEventListener("click", onClick);
    return () => {
      onGrowth.disconnect();
      element.removeEventListener("scroll", onScroll);
      element.removeEventListener("click", onClick);
    };
  }, [scroller]);

  return { away, toEnd };
}

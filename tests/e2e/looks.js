// What is wrong with the looks of the page, as sentences: too wide, pale, or with text over text in the picture.
// One expression, for a browser to evaluate in a window that is as high as the page.
(() => {
  const wrong = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) wrong.push(`${root.scrollWidth} px of page on ${innerWidth} px of screen`);

  const numbers = (color) => color.match(/[\d.]+/g).map(Number);
  const visible = (color) => /^rgba?\(/.test(color) && (numbers(color)[3] ?? 1) > 0;
  // WCAG 2.2, "relative luminance" and "contrast ratio"
  const luminance = (color) => {
    const [r, g, b] = numbers(color).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const inPicture = (element) => element instanceof SVGElement;
  // the nearest thing with a colour of its own that lies behind a point
  const behind = (x, y) => {
    for (const element of document.elementsFromPoint(x, y)) {
      const style = getComputedStyle(element);
      if (inPicture(element) && !/^(rect|circle)$/.test(element.localName)) continue;
      const color = inPicture(element) ? style.fill : style.backgroundColor;
      if (visible(color)) return color;
    }
    return "rgb(255, 255, 255)";
  };

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const drawn = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const box = range.getBoundingClientRect();
    const text = walker.currentNode.textContent.trim().slice(0, 40);
    // what is not shown has no size, and what is further right is a part of a table to scroll to
    if (!text || !box.width || box.left < 0 || box.right > innerWidth) continue;
    const style = getComputedStyle(element);
    const color = inPicture(element) ? style.fill : style.color;
    const ratio = contrast(color, behind(box.left + 1, box.top + box.height / 2));
    if (ratio < 4.5) wrong.push(`"${text}" has a contrast of ${ratio.toFixed(1)}`);
    if (inPicture(element)) drawn.push({ text, box });
  }
  for (const [position, one] of drawn.entries())
    for (const other of drawn.slice(position + 1))
      if (one.box.left < other.box.right && other.box.left < one.box.right
          && one.box.top + 2 < other.box.bottom && other.box.top + 2 < one.box.bottom)
        wrong.push(`"${one.text}" lies over "${other.text}"`);
  return wrong;
})()

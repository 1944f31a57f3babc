// Single keys, on top of pages that are whole without them. Switched off on the page of keys and help.
const items = [...document.querySelectorAll('[data-keys] > li, [data-keys] > article')];
let at = -1;
const link = item => item.querySelector('h3 a, a[data-open], a.plain');
const go = n => {
  if (!items.length) return;
  if (at >= 0) items[at].removeAttribute('aria-current');
  at = Math.min(items.length - 1, Math.max(0, n));
  items[at].setAttribute('aria-current', 'true');
  link(items[at])?.focus();
};
const follow = selector => document.querySelector(selector)?.click();
const keys = {
  j: () => go(at + 1),
  k: () => go(at - 1),
  o: () => at >= 0 && link(items[at])?.click(),
  v: () => {
    const original = (items[at] ?? document).querySelector('a[data-original]') ?? document.querySelector('a[data-original]');
    if (original) open(original.href, '_blank', 'noopener,noreferrer');
  },
  h: () => follow('a[rel~=prev]'),
  l: () => follow('a[rel~=next]'),
  c: () => follow('a[data-compare]'),
  d: () => follow('a[data-diff]'),
  '[': () => follow('a[data-older]'),
  ']': () => follow('a[data-newer]'),
  '+': () => follow('a[data-in]'),
  '-': () => follow('a[data-out]'),
  '/': () => document.querySelector('#q')?.select(),
  '?': () => document.querySelector('#keys')?.togglePopover(),
};
const places = { d: '/', t: '/t', r: '/revisions', o: '/o', s: '/sources', m: '/method', h: '/help' };
let chord = 0;
addEventListener('keydown', e => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || e.defaultPrevented) return;
  if (e.target.matches('input:not([type=checkbox], [type=radio]), textarea, select')) return;
  if (e.timeStamp < chord && places[e.key]) {
    e.preventDefault();
    location.assign(places[e.key]);
    return;
  }
  chord = e.key === 'g' ? e.timeStamp + 1500 : 0;
  if (Object.hasOwn(keys, e.key)) {
    e.preventDefault();
    keys[e.key]();
  }
});

// Looks now and then how far a job is, and goes on to its result. Without this script the page reloads itself.
'use strict';

const parts = (page) => [page.querySelector('[data-said]'), page.querySelector('[data-bar]')];

async function look() {
  const answer = await fetch(location.href, {credentials: 'same-origin'});
  if (answer.redirected) return location.replace(answer.url);
  const [said, bar] = parts(new DOMParser().parseFromString(await answer.text(), 'text/html'));
  const [shown, drawn] = parts(document);
  if (!said || !bar !== !drawn) return location.reload();
  if (said.textContent !== shown.textContent) shown.textContent = said.textContent;
  if (bar && bar.hasAttribute('value')) drawn.value = bar.value;
  return later();
}

let wait = 700;
const later = () => setTimeout(() => { wait = 2000; look().catch(later); }, wait);
later();

// The games of the page become what is set: changed as they are where they can be, begun anew where they learn something
// else. ``page`` is the playground.

import { Refused } from "../shared/decoder.js";
import { Card } from "./card.js";
import { SHARED } from "./state.js";

/** Make the games what is set: begin them anew where they learn something else, else change them as they are. */
export async function follow(page) {
  const wanted = page.wanted();
  const other = (config, now) => SHARED.some((name) => config[name] !== now?.[name]);
  if (wanted.length !== page.cards.length || page.cards.some(({ game }, at) => other(wanted[at], game.config))) return restart(page);
  await page.notice.guarded(async () => {
    for (const [at, { game }] of page.cards.entries()) {
      const changes = Object.entries(wanted[at]).filter(([name, value]) => game.config[name] !== value);
      if (!changes.length) continue;
      const { anew } = await game.change(Object.fromEntries(changes));
      if (anew.length) page.say(`${anew.join(" and ")} ${anew.length > 1 ? "were" : "was"} made anew; all else went on.`);
    }
  });
  page.keeper.remember();
}

/** Begin all games anew; with ``kept`` go on with what this tab was at, if it was the same. */
export async function restart(page, kept = false) {
  const wanted = page.wanted();
  const before = kept === true ? page.keeper.remembered() : null;
  const { playing } = page.player;
  page.player.stop(); // until there is something to be played
  while (page.cards.length > wanted.length) page.cards.pop().close();
  while (page.cards.length < wanted.length) {
    const card = new Card(page.root, `Game ${"AB"[page.cards.length]}`, (remedy) => page.cure(card, remedy));
    if (page.colors) card.paint(page.colors, page.theme);
    page.cards.push(card);
  }
  page.second &&= wanted.length > 1;
  page.games.replaceChildren(...page.cards.map(({ element }) => element));
  page.sketch.attach(page.cards[0].plane);
  page.render();
  page.beginning += 1;
  for (const { first, game } of page.cards) if (!game.frame) first.begin();
  await page.notice.guarded(() => Promise.all(page.cards.map(async (card, at) => {
    card.glide = false;
    if (before?.[at]) {
      try {
        return await card.game.rejoin(before[at].id);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (before[at].saved) return card.game.begin(null, before[at].saved);
      }
    }
    return card.game.begin(wanted[at]);
  })));
  page.beginning -= 1;
  for (const { first } of page.cards) first.end();
  page.fit();
  page.keeper.remember();
  if (!(playing || page.eager) || !page.ready) return;
  if (page.eager) page.say("");
  page.eager = false;
  page.player.start();
}

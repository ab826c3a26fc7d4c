//! Tints: the dot patterns that a grey background becomes when a fax machine makes it black and white.
//!
//! Forms shade their label cells and headings. On a scan the shade is a field of single dots that breaks the letters printed on it,
//! for every reader. A field of dots is told from dirt by its density, and from writing by its dots, which touch nothing.

use super::Bitmap;

/// Share of a block's pixels that are lone dots in a tint: dirt has ten times fewer, even on a bad line.
const DENSE: f32 = 0.05;
/// Same, beside a dense block: the edge of a tint, or letters that fill most of a block.
const BORDERING: f32 = 0.015;

/// The ink of `source` that is tint and no letter, or `None` when the page has none. `dpi` is pixels an inch across and down.
pub(super) fn find(source: &Bitmap, dpi: (f32, f32)) -> Option<Bitmap> {
    let block = ((dpi.0 / 12.0) as i32 & !7).max(8);
    let (columns, rows) = (source.width() as i32 / block + 1, source.height() as i32 / block + 1);
    let dots = lone_dots(source);
    // Few words of a page have a lone dot.
    let mut counts = vec![0u64; (rows * columns) as usize];
    for y in 0..source.height() {
        let counts = &mut counts[(y as i32 / block * columns) as usize..];
        for (word, &bits) in dots.row(y).iter().enumerate() {
            let mut rest = bits;
            while rest != 0 {
                counts[(word as i32 * 64 + rest.trailing_zeros() as i32) as usize / block as usize] += 1;
                rest &= rest - 1;
            }
        }
    }
    let share: Vec<f32> = counts.iter().map(|count| *count as f32 / (block * block) as f32).collect();
    let at = |x: i32, y: i32| {
        if (0..columns).contains(&x) && (0..rows).contains(&y) { share[(y * columns + x) as usize] } else { 0.0 }
    };
    let beside = [(-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1)];
    // One dense block alone is a smudge.
    let is_core =
        |x: i32, y: i32| at(x, y) >= DENSE && beside.iter().filter(|(dx, dy)| at(x + dx, y + dy) >= DENSE).count() >= 2;
    let core: Vec<bool> = (0..rows * columns).map(|i| is_core(i % columns, i / columns)).collect();
    if !core.contains(&true) {
        return None;
    }
    let is_tinted = |x: i32, y: i32| {
        let index = (y * columns + x) as usize;
        core[index]
            || (share[index] >= BORDERING
                && beside.iter().any(|(dx, dy)| {
                    let (x, y) = (x + dx, y + dy);
                    (0..columns).contains(&x) && (0..rows).contains(&y) && core[(y * columns + x) as usize]
                }))
    };
    let mut tint = Bitmap::new(source.width(), source.height());
    let mut patch = Patch::default();
    for index in 0..rows * columns {
        let (x, y) = (index % columns, index / columns);
        if !is_tinted(x, y) {
            continue;
        }
        // In a dark tint neighbouring dots run together.
        let largest = if at(x, y) > 0.12 { 8 } else { 4 };
        for py in y * block..((y + 1) * block).min(source.height() as i32) {
            for px in x * block..((x + 1) * block).min(source.width() as i32) {
                if source.get(px, py) && !tint.get(px, py) && patch.grow(source, px, py, largest) {
                    patch.pixels.iter().for_each(|&(x, y)| tint.set(x, y, true));
                }
            }
        }
    }
    Some(tint)
}

/// Ink without ink above, below, left or right of it.
fn lone_dots(source: &Bitmap) -> Bitmap {
    let mut dots = source.clone();
    let empty = vec![0u64; source.row(0).len()];
    for y in 0..source.height() {
        let above = if y > 0 { source.row(y - 1) } else { &empty };
        let below = if y + 1 < source.height() { source.row(y + 1) } else { &empty };
        let own = source.row(y);
        let lone = dots.row_mut(y);
        for (i, word) in lone.iter_mut().enumerate() {
            let left = own[i] << 1 | if i > 0 { own[i - 1] >> 63 } else { 0 };
            let right = own[i] >> 1 | own.get(i + 1).map_or(0, |next| next << 63);
            *word &= !(above[i] | below[i] | left | right);
        }
    }
    dots
}

/// A patch of ink joined edge to edge.
#[derive(Default)]
struct Patch {
    pixels: Vec<(i32, i32)>,
}

impl Patch {
    /// Grows from one pixel; whether the patch ends within `largest` pixels.
    fn grow(&mut self, source: &Bitmap, x: i32, y: i32, largest: usize) -> bool {
        self.pixels.clear();
        self.pixels.push((x, y));
        let mut next = 0;
        while let Some(&(x, y)) = self.pixels.get(next) {
            next += 1;
            for (x, y) in [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)] {
                if source.get(x, y) && !self.pixels.contains(&(x, y)) {
                    self.pixels.push((x, y));
                }
            }
            if self.pixels.len() > largest {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;

    fn shaded() -> Bitmap {
        let mut page = Bitmap::new(600, 400);
        for y in (100..200).step_by(2) {
            for x in (100..400).step_by(3) {
                page.set(x + y / 2 % 2, y, true);
            }
        }
        page
    }

    #[test]
    fn a_tint_goes_and_the_letter_on_it_stays() {
        let mut page = shaded();
        let letter = Rect::new(200, 130, 204, 160);
        page.fill(&letter);
        let tint = find(&page, (204.0, 196.0)).expect("a tint");
        page.and_not(&tint);
        assert_eq!(page.count(&letter), 4 * 30);
        let left = page.count(&page.bounds()) - 120;
        assert!(left < 40, "{left} dots beside the letter are left");
    }

    #[test]
    fn heavy_dirt_is_no_tint() {
        let mut page = Bitmap::new(600, 400);
        for i in 0..2400i32 {
            page.set(i * 7919 % 600, i * 104_729 % 400, true);
        }
        assert!(find(&page, (204.0, 196.0)).is_none());
    }
}

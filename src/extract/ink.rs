//! What is written in a zone: components of ink that are no label's, in lines, cut out for a reader.

use image::{GrayImage, Luma};

use crate::geometry::Rect;
use crate::page::{Component, PreparedPage, components};

/// Whether anything is written in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Blank,
    Present,
    /// Crumbs: too much for a blank, too little for a letter.
    Unclear,
}

/// The writing of one zone.
#[derive(Clone, Debug)]
pub struct ZoneInk {
    pub presence: Presence,
    /// Box around what is written.
    pub extent: Option<Rect>,
    /// The components of each line of writing, from the top.
    pub lines: Vec<Vec<Component>>,
    /// Specks lie in a row beside hardly a stroke: what is left of writing too thin for the line.
    pub worn: bool,
}

/// Measures `zone`, leaving out everything that lies in one of `printed` (labels and other print of the form).
///
/// A component belongs to the zone that holds its centre: a letter that reaches over a ruling stays whole, and its tail does not
/// count in the field below. `letter` is the form's typical letter height in pixels.
pub fn measure(page: &PreparedPage, zone: &Rect, printed: &[Rect], letter: i32) -> ZoneInk {
    let reach = zone.inflate(letter, letter).intersect(&page.writing.bounds());
    let mine: Vec<Component> = components(&page.writing, &reach)
        .into_iter()
        .filter(|c| belongs(&c.rect, zone) && !printed.iter().any(|p| covers(p, &c.rect)))
        .filter(|c| !is_crumb_of_ruling(&c.rect, letter))
        .collect();
    let mine = without_sides(mine, letter);
    let letters: Vec<&Component> = mine.iter().filter(|c| is_stroke(c, letter)).collect();
    let ink: u64 = letters.iter().map(|c| u64::from(c.ink)).sum();
    // A thin "1" has about a sixth of a letter square of ink: less than half of that is no character.
    let square = (letter * letter).max(1) as u64;
    let worn = letters.len() <= FEW && is_worn_writing(page, zone, printed, letter);
    let presence = if letters.is_empty() {
        if worn { Presence::Unclear } else { Presence::Blank }
    } else if ink * 100 >= square * 9 {
        Presence::Present
    } else {
        Presence::Unclear
    };
    // Specks far from any stroke would stretch the crop; dots and commas lie close to one.
    let kept: Vec<Component> = mine
        .iter()
        .filter(|c| is_stroke(c, letter) || letters.iter().any(|s| near(&s.rect, &c.rect, letter * 2 / 3)))
        .cloned()
        .collect();
    let extent = Rect::bounding(kept.iter().map(|c| &c.rect));
    ZoneInk { presence, extent, lines: into_lines(kept, letter), worn }
}

/// Strokes that may be all that a dropout left of a value.
const FEW: usize = 3;

fn belongs(rect: &Rect, zone: &Rect) -> bool {
    zone.holds(rect) || rect.intersect(zone).area() * 2 > rect.area()
}

/// Whether the specks in a zone lie in a row, many times denser than the dirt of the page: what is left of writing too thin for the line.
/// Nobody can read it, and nobody may call it a blank.
fn is_worn_writing(page: &PreparedPage, zone: &Rect, printed: &[Rect], letter: i32) -> bool {
    let inner = zone.inflate(-letter / 3, -letter / 4);
    if inner.width() < 3 * letter || inner.height() < letter / 2 {
        return false;
    }
    let specks: Vec<Rect> = components(&page.ink, &inner)
        .into_iter()
        .map(|c| c.rect)
        .filter(|r| r.width().max(r.height()) * 2 <= letter)
        .filter(|r| !printed.iter().any(|p| covers(&p.inflate(letter / 4, letter / 4), r)))
        // What lies along a ruling or touches the zone's edge is the ruling's.
        .filter(|r| {
            inner.inflate(-1, -1).holds(r) && !page.rulings.horizontal.iter().any(|l| along(&l.rect, r, letter))
        })
        .collect();
    // The row with most specks, a letter high.
    let mut specks = specks;
    specks.sort_by_key(|r| (r.center_y(), r.left));
    let row = |from: usize| {
        let to = specks.partition_point(|r| r.center_y() < specks[from].center_y() + letter);
        &specks[from..to]
    };
    let Some(row) = (0..specks.len()).map(row).max_by_key(|row| row.len()) else { return false };
    let Some(extent) = Rect::bounding(row) else { return false };
    let page_area = page.ink.bounds().area().max(1) as f32;
    let usual = page.preparation.specks_removed as f32 / page_area * (extent.width() * letter) as f32;
    row.len() >= 12 && row.len() as f32 > 6.0 * usual + 6.0 && extent.width() > 3 * letter
}

fn along(line: &Rect, speck: &Rect, letter: i32) -> bool {
    (line.center_y() - speck.center_y()).abs() < letter / 3 && line.inflate(letter, 0).overlap_x(speck) > 0
}

fn covers(print: &Rect, rect: &Rect) -> bool {
    print.inflate(2, 2).intersect(rect).area() * 2 > rect.area()
}

fn is_crumb_of_ruling(rect: &Rect, letter: i32) -> bool {
    (rect.width() > letter && rect.height() * 5 < letter && rect.width() > rect.height() * 8)
        || (rect.height() > letter * 3 && rect.width() * 5 < letter)
}

/// What is written in a row of cells without the cells' sides: upright strokes that all begin and end on the same rows and are taller than
/// what stands between them. Readers take them for ones.
fn without_sides(parts: Vec<Component>, letter: i32) -> Vec<Component> {
    let is_upright = |rect: &Rect| rect.height() >= letter && rect.height() >= 4 * rect.width();
    let slack = (letter / 6).max(2);
    let alike = |a: &Rect, b: &Rect| (a.top - b.top).abs() <= slack && (a.bottom - b.bottom).abs() <= slack;
    let upright: Vec<Rect> = parts.iter().map(|c| c.rect).filter(is_upright).collect();
    let twins = |side: &Rect| upright.iter().filter(|other| alike(side, other)).count();
    let most = |side: &&Rect| (twins(side), side.height(), std::cmp::Reverse(side.left));
    let Some(side) = upright.iter().max_by_key(most).filter(|side| twins(side) >= SIDES) else { return parts };
    let is_side = |rect: &Rect| is_upright(rect) && alike(side, rect);
    let mut between: Vec<i32> =
        parts.iter().filter(|c| !is_side(&c.rect) && is_stroke(c, letter)).map(|c| c.rect.height()).collect();
    between.sort_unstable();
    // Where nothing stands between them they are sides as well: no value consists of ones.
    let tall = between.get(between.len() / 2).is_none_or(|usual| side.height() * 4 >= usual * 5);
    if !tall {
        return parts;
    }
    parts.into_iter().filter(|c| !is_side(&c.rect)).collect()
}

/// Upright strokes of one height from which they are the sides of cells.
const SIDES: usize = 3;

fn is_stroke(component: &Component, letter: i32) -> bool {
    let rect = &component.rect;
    let tall = rect.height() * 3 >= letter;
    let wide = rect.width() * 2 >= letter && rect.height() * 6 >= letter;
    (tall || wide) && i64::from(component.ink) * 25 >= i64::from(letter) * i64::from(letter) / 2
}

fn near(a: &Rect, b: &Rect, distance: i32) -> bool {
    let dx = (b.left - a.right).max(a.left - b.right).max(0);
    let dy = (b.top - a.bottom).max(a.top - b.bottom).max(0);
    dx <= distance && dy <= distance
}

/// Groups components into lines: those that share height with a line's core join it.
fn into_lines(mut parts: Vec<Component>, letter: i32) -> Vec<Vec<Component>> {
    let Some(extent) = Rect::bounding(parts.iter().map(|c| &c.rect)) else { return Vec::new() };
    if extent.height() < letter * 9 / 4 {
        parts.sort_by_key(|c| (c.rect.left, c.rect.top));
        return vec![parts];
    }
    // Row profile of component heights: valleys between lines of writing.
    let height = extent.height() as usize;
    let mut profile = vec![0i32; height + 1];
    for part in &parts {
        for y in part.rect.top..part.rect.bottom {
            profile[(y - extent.top) as usize] += part.rect.width();
        }
    }
    let peak = profile.iter().copied().max().unwrap_or(0);
    let mut bands: Vec<(i32, i32)> = Vec::new();
    let mut start = None;
    for (y, &weight) in profile.iter().enumerate() {
        match (weight * 6 > peak, start) {
            (true, None) => start = Some(y),
            (false, Some(from)) => {
                bands.push((extent.top + from as i32, extent.top + y as i32));
                start = None;
            }
            _ => {}
        }
    }
    // Bands thinner than a third of a letter are accents and tails, not lines.
    bands.retain(|(top, bottom)| (bottom - top) * 3 >= letter);
    if bands.len() < 2 {
        parts.sort_by_key(|c| (c.rect.left, c.rect.top));
        return vec![parts];
    }
    let mut lines: Vec<Vec<Component>> = vec![Vec::new(); bands.len()];
    for part in parts {
        let y = part.rect.center_y();
        let nearest = bands
            .iter()
            .enumerate()
            .min_by_key(|(_, (top, bottom))| {
                if y < *top {
                    top - y
                } else if y > *bottom {
                    y - bottom
                } else {
                    0
                }
            })
            .map_or(0, |(index, _)| index);
        lines[nearest].push(part);
    }
    lines.retain(|line| !line.is_empty());
    for line in &mut lines {
        line.sort_by_key(|c| (c.rect.left, c.rect.top));
    }
    lines
}

/// A picture of one line of writing: what lies on its rows, without print and without what only reaches into them.
///
/// `words` are the boxes in which the page reader saw words of the field: a letter that grew together with a ruling is no component of the
/// line, but stands in one of them. `printed` are labels. Returns the picture and the page position of its top left corner.
pub fn cut_line(
    page: &PreparedPage,
    line: &[Component],
    words: &[Rect],
    printed: &[Rect],
    letter: i32,
) -> Option<(GrayImage, Rect)> {
    let ink = Rect::bounding(line.iter().map(|c| &c.rect))?;
    let beside = words.iter().filter(|w| w.shares_row(&ink));
    let (left, right) = beside.fold((ink.left, ink.right), |(l, r), w| (l.min(w.left), r.max(w.right)));
    let ink = Rect { left, right, ..ink }.intersect(&page.ink.bounds());
    if ink.is_empty() {
        return None;
    }
    // Measured margins: see `crate::ocr::crops`.
    let extent = ink.inflate(ink.height(), (ink.height() / 12).max(1));
    let mut picture = GrayImage::from_pixel(extent.width().max(1) as u32, extent.height().max(1) as u32, Luma([255]));
    let around = ink.inflate(letter, letter).intersect(&page.writing.bounds());
    let strangers: Vec<Rect> = components(&page.writing, &around)
        .into_iter()
        .filter(|c| !line.contains(c))
        .map(|c| c.rect)
        .filter(|r| r.overlap_y(&ink) * 2 < letter.min(ink.height()) || printed.iter().any(|p| covers(p, r)))
        .collect();
    let own: Vec<Rect> = line.iter().map(|c| c.rect.inflate(1, 1)).collect();
    let rows = Rect { top: extent.top, bottom: extent.bottom, ..ink }.inflate(1, 0).intersect(&page.ink.bounds());
    let clean = page.clean();
    for y in rows.top..rows.bottom {
        let strange: Vec<&Rect> = strangers.iter().filter(|r| r.top - 1 <= y && y <= r.bottom).collect();
        for x in rows.left..rows.right {
            let is_strange = strange.iter().any(|r| r.left - 1 <= x && x <= r.right);
            if is_strange && !own.iter().any(|r| r.contains(x, y)) {
                continue;
            }
            let value = *clean.get_pixel(x as u32, y as u32);
            picture.put_pixel((x - extent.left) as u32, (y - extent.top) as u32, value);
        }
    }
    Some((picture, extent))
}

/// A line of characters that stand in cells, each alone, moved together as they would be written: readers know words, not letters an inch apart.
///
/// `None` where the characters stand as close as ever.
pub fn closed_up(line: &GrayImage) -> Option<GrayImage> {
    let (width, height) = line.dimensions();
    let is_dark = |x: u32, y: u32| line.get_pixel(x, y).0[0] < DARK;
    let inked: Vec<u32> = (0..height).filter(|&y| (0..width).any(|x| is_dark(x, y))).collect();
    let tall = inked.last()? - inked.first()? + 1;
    // Columns of one character each: from its first to after its last.
    let mut characters: Vec<(u32, u32)> = Vec::new();
    for x in (0..width).filter(|&x| (0..height).any(|y| is_dark(x, y))) {
        match characters.last_mut() {
            Some((_, end)) if x <= *end + tall / 12 => *end = x + 1,
            _ => characters.push((x, x + 1)),
        }
    }
    let mut gaps: Vec<u32> = characters.windows(2).map(|pair| pair[1].0 - pair[0].1).collect();
    gaps.sort_unstable();
    if characters.len() < CELLS || gaps.get(gaps.len() / 4).is_none_or(|gap| gap * 5 < tall * 2) {
        return None;
    }
    let space = (tall / 4).max(3);
    let margin = characters.first()?.0.min(width - characters.last()?.1);
    let inner: u32 = characters.iter().map(|(start, end)| end - start + space).sum();
    let mut closed = GrayImage::from_pixel(inner - space + 2 * margin, height, Luma([255]));
    let mut left = margin;
    for (start, end) in characters {
        // The soft edges of a character belong to it.
        for x in start.saturating_sub(1)..(end + 1).min(width) {
            let to = (left + x).saturating_sub(start);
            if to < closed.width() {
                (0..height).for_each(|y| closed.put_pixel(to, y, *line.get_pixel(x, y)));
            }
        }
        left += end - start + space;
    }
    Some(closed)
}

/// Grey below which a pixel is ink.
const DARK: u8 = 140;
/// Characters from which a row of cells is a number or a date.
const CELLS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of eight bars with a soft edge, `pitch` apart.
    fn row(pitch: u32) -> GrayImage {
        let mut line = GrayImage::from_pixel(20 + 8 * pitch, 40, Luma([255]));
        for at in (0..8).map(|i| 20 + i * pitch) {
            for y in 8..32 {
                (at..at + 6).for_each(|x| line.put_pixel(x, y, Luma([0])));
                line.put_pixel(at + 6, y, Luma([200]));
            }
        }
        line
    }

    #[test]
    fn characters_in_cells_move_together_and_lose_nothing() {
        let ink = |line: &GrayImage| line.pixels().filter(|p| p.0[0] < 255).count();
        let (wide, closed) = (row(48), closed_up(&row(48)).unwrap());
        assert!(closed.width() * 2 < wide.width());
        assert_eq!(ink(&closed), ink(&wide));
        assert_eq!(closed_up(&closed), None);
        assert_eq!(closed_up(&row(12)), None);
        assert_eq!(closed_up(&GrayImage::from_pixel(40, 40, Luma([255]))), None);
    }
}

//! Rows of comb cells, found by their sides.
//!
//! A comb is drawn as short upright strokes of one height at one pitch. Faxes lose some of them and break the edges above and below, so a row
//! counts as a whole: whatever of it is left says where its cells are, however little is left of the first one beside the label.

use crate::geometry::Rect;
use crate::page::Rulings;

/// Sides from which a row of them is a comb: boxes of several fields beside each other have fewer.
const SIDES: usize = 4;

/// The rows of short upright strokes of a page, with the pieces of the edges that join them.
#[derive(Debug, Default)]
pub(super) struct Combs {
    rows: Vec<Row>,
    /// Typical letter height, in pixels.
    height: i32,
}

#[derive(Debug)]
struct Row {
    /// Sides, left to right.
    sides: Vec<Rect>,
    /// Pieces of the edges above and below.
    edges: Vec<Rect>,
    pitch: i32,
}

impl Combs {
    pub fn of(rulings: &Rulings, letter_height: i32) -> Combs {
        let h = letter_height;
        let mut sides: Vec<Rect> =
            rulings.vertical.iter().map(|r| r.rect).filter(|r| (h * 2 / 3..=h * 4).contains(&r.height())).collect();
        sides.sort_by_key(|r| (r.left, r.top, r.right));
        let mut rows: Vec<Vec<Rect>> = Vec::new();
        for side in sides {
            // The page may lean a little: a row follows its last side.
            let beside = |row: &&mut Vec<Rect>| {
                row.last().is_some_and(|last| {
                    (last.center_y() - side.center_y()).abs() * 4 <= h && (last.height() - side.height()).abs() * 3 <= h
                })
            };
            match rows.iter_mut().find(beside) {
                Some(row) => row.push(side),
                None => rows.push(vec![side]),
            }
        }
        let row = |sides: Vec<Rect>| {
            let pitch = usual_gap(&sides, h * 2 / 3).filter(|_| sides.len() >= SIDES)?;
            let whole = Rect::bounding(&sides)?;
            let is_edge = |r: &Rect| {
                let off = (r.center_y() - whole.top).abs().min((r.center_y() - whole.bottom).abs());
                off * 4 <= h && r.width() < 20 * pitch
            };
            let edges = rulings.horizontal.iter().map(|r| r.rect).filter(is_edge).collect();
            Some(Row { sides, edges, pitch })
        };
        Combs { rows: rows.into_iter().filter_map(row).collect(), height: h }
    }

    /// The first comb between `from` and `to` at the height of a label.
    pub fn beside(&self, label: &Rect, from: i32, to: i32) -> Option<Rect> {
        let level = |comb: &Rect| {
            let slack = self.height / 2;
            label.top >= comb.top - slack && label.bottom <= comb.bottom + slack
        };
        self.rows.iter().filter_map(|row| row.comb(from, to)).filter(level).min_by_key(|comb| (comb.left, comb.top))
    }

    /// The first comb between `from` and `to` right under a label.
    pub fn under(&self, label: &Rect, from: i32, to: i32) -> Option<Rect> {
        let near = |comb: &Rect| (-self.height / 3..self.height * 3 / 2).contains(&(comb.top - label.bottom));
        self.rows.iter().filter_map(|row| row.comb(from, to)).filter(near).min_by_key(|comb| (comb.top, comb.left))
    }
}

impl Row {
    /// The first comb that lies between `from` and `to`, from what is left of its first cell to what is left of its last.
    fn comb(&self, from: i32, to: i32) -> Option<Rect> {
        let between = |r: &&Rect| r.left >= from && r.right <= to;
        let mut parts: Vec<(Rect, bool)> = self.sides.iter().filter(between).map(|r| (*r, true)).collect();
        parts.extend(self.edges.iter().filter(between).map(|r| (*r, false)));
        parts.sort_by_key(|(r, is_side)| (r.left, r.right, *is_side));
        // Groups of cells leave room for a dash or a slash, and some sides are lost.
        let reach = self.pitch * 5 / 2 + self.pitch / 3;
        let mut right = i32::MIN;
        let mut runs: Vec<Vec<(Rect, bool)>> = Vec::new();
        for part in parts {
            match runs.last_mut() {
                Some(run) if part.0.left <= right.saturating_add(reach) => run.push(part),
                _ => runs.push(vec![part]),
            }
            right = right.max(part.0.right);
        }
        runs.iter().find_map(|run| {
            let sides: Vec<Rect> = run.iter().filter(|(_, is_side)| *is_side).map(|(r, _)| *r).collect();
            let whole = Rect::bounding(run.iter().map(|(r, _)| r))?;
            let upright = Rect::bounding(&sides)?;
            let tall = upright.height();
            // Cells are narrow, a letter each: boxes of several fields in a row have few sides for their width.
            let narrow = whole.width() <= sides.len() as i32 * tall * 5 / 2 && self.pitch <= 3 * tall;
            (sides.len() >= SIDES && narrow).then_some(Rect { left: whole.left, right: whole.right, ..upright })
        })
    }
}

/// The usual gap between upright lines that follow each other, left to right, none below `least` counted; the narrower third, since some are lost.
pub(super) fn usual_gap(sides: &[Rect], least: i32) -> Option<i32> {
    let gaps = sides.windows(2).map(|pair| pair[1].center_x() - pair[0].center_x());
    let mut gaps: Vec<i32> = gaps.filter(|gap| *gap >= least).collect();
    gaps.sort_unstable();
    gaps.get(gaps.len() / 3).copied()
}

/// The characters of each word that stands in the cells of a comb: an empty cell parts words, and the width of a cell does not.
///
/// `writing` are the pieces of ink of one line. `None` where fewer than [`SIDES`] sides say where the cells are.
pub(super) fn words_in_cells(
    rulings: &Rulings,
    zone: &Rect,
    writing: &[Rect],
    letter_height: i32,
) -> Option<Vec<usize>> {
    let h = letter_height;
    let line = Rect::bounding(writing)?;
    let reach = zone.inflate(h, h);
    let is_side = |r: &Rect| (h * 2 / 3..=h * 4).contains(&r.height()) && reach.holds(r) && r.shares_row(&line);
    let mut sides: Vec<Rect> = rulings.vertical.iter().map(|r| r.rect).filter(is_side).collect();
    sides.sort_by_key(|r| r.left);
    let pitch = usual_gap(&sides, h * 2 / 3).filter(|_| sides.len() >= SIDES)?;
    let first = sides.first()?.center_x();
    // Many cells further on the pitch alone would be off by one: the last side before a letter says where it is.
    let cell = |letter: &Rect| {
        let x = letter.center_x();
        let before = sides.iter().map(Rect::center_x).take_while(|side| *side <= x).last().unwrap_or(first);
        (f64::from(before - first) / f64::from(pitch)).round() as i32 + (x - before).div_euclid(pitch)
    };
    let mut cells: Vec<i32> = writing.iter().filter(|r| r.height().max(r.width()) * 3 >= h).map(cell).collect();
    cells.sort_unstable();
    cells.dedup();
    let words = cells.chunk_by(|before, next| before + 1 == *next).map(<[i32]>::len);
    Some(words.collect())
}

/// A text with its spaces where the empty cells are, if it has as many characters as there are cells written in.
pub(super) fn spaced(text: &str, words: &[usize]) -> Option<String> {
    let letters: Vec<char> =
        text.chars().filter(|c| c.is_alphabetic() || matches!(c, '\'' | '-' | ',' | '.')).collect();
    // A comma may be too small for a cell of its own: then it goes with the letter before it.
    let is_small = |c: &char| matches!(c, ',' | '.' | '-' | '\'');
    let alone: Vec<String> = letters.iter().map(char::to_string).collect();
    let joined: Vec<String> = letters.chunk_by(|_, next| is_small(next)).map(|cell| cell.iter().collect()).collect();
    let cells = [alone, joined].into_iter().find(|cells| cells.len() == words.iter().sum::<usize>())?;
    let mut cells = cells.iter().map(String::as_str);
    let apart: Vec<String> = words.iter().map(|count| cells.by_ref().take(*count).collect()).collect();
    Some(apart.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Ruling;

    const LABEL: Rect = Rect { left: 100, top: 930, right: 190, bottom: 956 };

    fn combs(sides: &[(i32, i32)], edges: &[(i32, i32, i32)]) -> Combs {
        let ruling = |rect: Rect| Ruling { rect, ink: 0 };
        let side = |(x, y): &(i32, i32)| ruling(Rect::new(*x, *y, x + 3, y + 56));
        let edge = |(left, right, y): &(i32, i32, i32)| ruling(Rect::new(*left, *y, *right, y + 4));
        let rulings =
            Rulings { vertical: sides.iter().map(side).collect(), horizontal: edges.iter().map(edge).collect() };
        Combs::of(&rulings, 26)
    }

    #[test]
    fn an_empty_cell_parts_words_and_a_wide_one_does_not() {
        let ruling = |x: i32| Ruling { rect: Rect::new(x, 915, x + 3, 971), ink: 0 };
        // Of twelve cells the fifth and the eighth lost a side.
        let vertical = (0..13).filter(|i| ![4, 7].contains(i)).map(|i| ruling(466 + 48 * i)).collect();
        let rulings = Rulings { vertical, horizontal: Vec::new() };
        let zone = Rect::new(466, 915, 1045, 971);
        let letter = |cell: i32, off: i32| Rect::new(476 + 48 * cell + off, 930, 492 + 48 * cell + off, 956);
        // ANA LEE: every letter leans to another side of its cell.
        let line: Vec<Rect> = [0, 1, 2, 4, 5, 6].into_iter().map(|cell| letter(cell, (cell * 7) % 20 - 6)).collect();
        let words = words_in_cells(&rulings, &zone, &line, 26);
        assert_eq!(words, Some(vec![3, 3]));
        assert_eq!(spaced("A NAL EE", &[3, 3]).as_deref(), Some("ANA LEE"));
        assert_eq!(spaced("ANALE", &[3, 3]), None, "a letter was lost");
        assert_eq!(spaced("ANALEES", &[3, 3]), None, "one too many");
        assert_eq!(spaced("ANALEE,MD", &[3, 3, 2]).as_deref(), Some("ANA LEE, MD"), "the comma has no cell");
        assert_eq!(spaced("ANA LE E, MD", &[3, 4, 2]).as_deref(), Some("ANA LEE, MD"), "the comma has its own");
        assert_eq!(words_in_cells(&Rulings::default(), &zone, &line, 26), None);
    }

    #[test]
    fn a_row_that_lost_sides_and_edges_is_one_comb() {
        let sides = [466, 514, 562, 610, 806, 854, 902, 950].map(|x| (x, 915));
        // Four sides in the middle are lost with the dash, and the upper edge runs on only behind them.
        let apart = combs(&sides, &[]);
        assert_eq!(apart.beside(&LABEL, 190, 1700), Some(Rect::new(466, 915, 613, 971)));
        let joined = combs(&sides, &[(468, 611, 915), (639, 971, 967), (808, 980, 915)]);
        assert_eq!(joined.beside(&LABEL, 190, 1700), Some(Rect::new(466, 915, 980, 971)));
        // Nothing beyond the next label is its own.
        assert_eq!(joined.beside(&LABEL, 190, 600), None);
        assert_eq!(joined.beside(&LABEL.translate(0, 80), 190, 1700), None);
        assert_eq!(joined.under(&LABEL.translate(0, -60), 90, 1700), joined.beside(&LABEL, 190, 1700));
    }

    #[test]
    fn boxes_of_several_fields_are_no_comb() {
        let wide: Vec<(i32, i32)> = (0..5).map(|i| (200 + i * 300, 915)).collect();
        assert_eq!(combs(&wide, &[]).beside(&LABEL, 190, 1700), None);
        let few: Vec<(i32, i32)> = (0..3).map(|i| (200 + i * 48, 915)).collect();
        assert_eq!(combs(&few, &[]).beside(&LABEL, 190, 1700), None);
    }
}

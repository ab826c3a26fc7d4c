//! Marks outside of every box: a label that was circled or underlined by hand.

use super::PreparedPage;
use super::components::{Labelled, Run, label};
use crate::geometry::Rect;

/// How much a label stands out by hand, 0 to 1: 1 is a closed curve around it or a hand-drawn line under it.
///
/// `label` is the rectangle around the label's words, as a reader gives it. From 0.7 a person should look; below 0.4 it is noise. A straight
/// line exactly under the words counts 0.5, since forms print such lines too.
pub fn label_emphasis(page: &PreparedPage, label: &Rect) -> f32 {
    circle_share(page, label).max(underline_share(page, label))
}

/// Whether a pen's line runs through the words of a label: what was checked there is taken back.
///
/// Between letters and words the middle of a line of print is white; a line through it is nowhere.
pub fn is_struck_through(page: &PreparedPage, label: &Rect) -> bool {
    let middle = Rect {
        top: label.top + label.height() * 3 / 10,
        bottom: label.bottom - label.height() * 2 / 10,
        ..label.inflate(-label.height() / 4, 0)
    };
    let inked = |x: &i32| page.ink.count(&Rect { left: *x, right: x + 1, ..middle }) > 0;
    let dark = (middle.left..middle.right).filter(inked).count();
    middle.width() >= LONG * label.height() && dark as f32 >= STRUCK * middle.width() as f32
}

/// Heights from which a label is long enough to have white between its letters.
const LONG: i32 = 3;
/// Share of a label's columns with ink in their middle from which a line runs through it; print has two thirds.
const STRUCK: f32 = 0.97;

/// Share of directions around the label in which one piece of ink, larger than the label, is met.
fn circle_share(page: &PreparedPage, words: &Rect) -> f32 {
    let inches = |x: f32| (x * page.dpi as f32).round() as i32;
    let reach = inches(0.3);
    // Of a circled label the first word is often misread, and then the circle reaches far beyond what is known of it.
    let wide = reach.max(words.width() / 3);
    let window = words.inflate(wide, reach);
    // A flat circle's long sides are taken for rulings. With the rulings a circle is what ends around the label: a table goes on.
    let alone = |piece: &Rect| window.inflate(-1, -1).intersect(piece) == *piece;
    let in_writing = circle_in(&label(&page.writing, &window), words, wide, |_| true);
    in_writing.max(circle_in(&label(&page.shapes, &window), words, wide, alone))
}

fn circle_in(found: &Labelled, words: &Rect, reach: i32, counts: impl Fn(&Rect) -> bool) -> f32 {
    let mut best = 0f32;
    for (index, piece) in found.components.iter().enumerate() {
        let around = piece.rect.width() >= words.width() * 8 / 10
            && piece.rect.height() >= words.height() * 11 / 10
            && piece.rect.inflate(2, 2).contains(words.center_x(), words.center_y());
        if !around || !counts(&piece.rect) {
            continue;
        }
        let runs: Vec<&Run> = found.runs.iter().filter(|r| r.component as usize == index).collect();
        best = best.max(directions(&runs, words, reach));
    }
    // Three quarters of a turn make a circle: hands seldom close it, and the label's own letters hide a part.
    (best / 0.85).min(1.0)
}

/// Share of rays from the words' edge outwards that meet the runs.
fn directions(runs: &[&Run], words: &Rect, reach: i32) -> f32 {
    const RAYS: usize = 48;
    let (half_width, half_height) = (words.width() as f32 / 2.0, words.height() as f32 / 2.0);
    let (x, y) = ((words.left + words.right) as f32 / 2.0, (words.top + words.bottom) as f32 / 2.0);
    let met = (0..RAYS)
        .filter(|&i| {
            let (sin, cos) = (i as f32 * std::f32::consts::TAU / RAYS as f32).sin_cos();
            // Beginning a little inside the edge: circles cut through first and last letters.
            (-2..=reach).any(|d| {
                let column = (x + cos * (half_width + d as f32)).round() as i32;
                let row = (y + sin * (half_height + d as f32)).round() as i32;
                let outside = d > 0 || cos.abs() * half_width > half_width - 3.0;
                let at = |row: i32| {
                    let from = runs.partition_point(|r| r.y < row);
                    runs[from..].iter().take_while(|r| r.y == row).any(|r| r.left <= column + 1 && r.right >= column)
                };
                outside && (at(row) || at(row + 1))
            })
        })
        .count();
    met as f32 / RAYS as f32
}

/// Share of the label's width with a stroke right under it.
fn underline_share(page: &PreparedPage, words: &Rect) -> f32 {
    let inches = |x: f32| (x * page.dpi as f32).round() as i32;
    let band = Rect::new(
        words.left - inches(0.1),
        words.bottom - inches(0.01),
        words.right + inches(0.1),
        words.bottom + inches(0.1),
    );
    let found = label(&page.writing, &band);
    let mut best = 0f32;
    for piece in &found.components {
        let flat = piece.rect.height() <= inches(0.09) && piece.rect.width() >= 6 * piece.rect.height();
        // Descenders that merge with the line make it higher; letters of the next line are no line at all.
        if flat && piece.rect.width() * 10 >= words.width() * 5 {
            best = best.max(piece.rect.overlap_x(words) as f32 / words.width().max(1) as f32);
        }
    }
    let ruled = page.rulings.horizontal.iter().filter(|r| {
        r.rect.overlap_y(&band) > 0
            && r.rect.left >= words.left - inches(0.15)
            && r.rect.right <= words.right + inches(0.15)
            && r.rect.width() * 10 >= words.width() * 6
    });
    // A hand's line wavers, even where it was taken for a ruling.
    let ruled = ruled.map(|r| if r.rect.height() > inches(0.03) { 0.8 } else { 0.5 }).fold(0.0, f32::max);
    best.max(ruled)
}

#[cfg(test)]
mod tests {
    use super::super::Bitmap;
    use super::*;

    fn labelled() -> (Bitmap, Rect) {
        let mut ink = Bitmap::new(900, 300);
        for row in 0..3 {
            for letter in 0..14 {
                let (x, y) = (300 + letter * 16, 90 + row * 50);
                ink.fill(&Rect::new(x, y, x + 3, y + 20));
                ink.fill(&Rect::new(x, y + 8, x + 10, y + 11));
            }
        }
        (ink, Rect::new(300, 140, 521, 160))
    }

    #[test]
    fn a_plain_label_does_not_stand_out() {
        let (ink, words) = labelled();
        assert!(label_emphasis(&PreparedPage::from_ink(ink, 204), &words) < 0.3);
    }

    #[test]
    fn a_line_through_it_takes_it_back() {
        let (mut ink, words) = labelled();
        assert!(!is_struck_through(&PreparedPage::from_ink(ink.clone(), 204), &words));
        // A pen's line, not quite level.
        for x in 280..540 {
            let y = 148 + (x - 280) / 60;
            ink.fill(&Rect::new(x, y, x + 1, y + 3));
        }
        let page = PreparedPage::from_ink(ink, 204);
        assert!(is_struck_through(&page, &words));
        assert!(!is_struck_through(&page, &words.translate(0, 50)), "the label below is whole");
    }

    #[test]
    fn a_circle_drawn_around_it_does() {
        let (mut ink, words) = labelled();
        for i in 0..2000 {
            let (sin, cos) = (i as f32 / 2000.0 * 6.1).sin_cos();
            let (x, y) = (410.0 + cos * 135.0, 150.0 + sin * 21.0);
            ink.fill(&Rect::new(x as i32, y as i32, x as i32 + 3, y as i32 + 3));
        }
        let page = PreparedPage::from_ink(ink, 204);
        assert!(label_emphasis(&page, &words) > 0.8, "{}", label_emphasis(&page, &words));
        assert!(label_emphasis(&page, &words.translate(0, -50)) < 0.5);
    }

    #[test]
    fn a_flat_circle_does_and_a_table_does_not() {
        let (mut ink, words) = labelled();
        for i in 0..4000 {
            let (sin, cos) = (i as f32 / 4000.0 * std::f32::consts::TAU).sin_cos();
            let (x, y) = (410.0 + cos * 118.0, 150.0 + sin * 16.0);
            ink.fill(&Rect::new(x as i32, y as i32, x as i32 + 3, y as i32 + 3));
        }
        let page = PreparedPage::from_ink(ink, 204);
        assert!(label_emphasis(&page, &words) > 0.8, "{}", label_emphasis(&page, &words));

        let (mut ink, words) = labelled();
        for row in 0..4 {
            ink.fill(&Rect::new(280, 76 + row * 50, 560, 79 + row * 50));
        }
        for x in [280, 557] {
            ink.fill(&Rect::new(x, 76, x + 3, 229));
        }
        let page = PreparedPage::from_ink(ink, 204);
        assert!(label_emphasis(&page, &words) < 0.6, "{}", label_emphasis(&page, &words));
    }

    #[test]
    fn a_wavering_line_under_it_does() {
        let (mut ink, words) = labelled();
        for x in 295..525 {
            let y = 166 + (((x - 295) as f32 / 40.0).sin() * 2.5) as i32;
            ink.fill(&Rect::new(x, y, x + 1, y + 3));
        }
        let page = PreparedPage::from_ink(ink, 204);
        assert!(label_emphasis(&page, &words) >= 0.7, "{}", label_emphasis(&page, &words));
    }
}

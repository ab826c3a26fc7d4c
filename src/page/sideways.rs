//! Lines of print that run up or down the page: numbers that archives stamp along the edge, notes in a margin.
//!
//! To a reader of lines each of their letters is a line of its own, and it takes a lying 6 for something else. So they are found by
//! themselves: letters that follow each other down the page as closely as those of a line follow each other across it, with nothing beside them.

use super::PreparedPage;
use super::components::components;
use crate::geometry::Rect;

/// Letters that make a line of it: fewer follow each other by chance where the lines of a page are close.
const LEAST_LETTERS: usize = 5;
/// The lowest and the highest letter, in inches: print of 5 points, and that of a stamp.
const HEIGHTS: (f32, f32) = (0.05, 0.35);
/// Widest gap between two letters, as a share of the line's height: lines of upright digits are further apart.
const WIDEST_GAP: f32 = 0.4;
/// Widest gap between two words of it.
const WIDEST_SPACE: f32 = 1.2;

/// The places of the lines that run along the page's height, from the top. Which way they run only reading tells.
pub fn sideways_lines(page: &PreparedPage) -> Vec<Rect> {
    let inches = |x: f32| (x * page.dpi as f32).round() as i32;
    let (lowest, highest) = (inches(HEIGHTS.0), inches(HEIGHTS.1));
    let letters: Vec<Rect> = components(&page.writing, &page.writing.bounds())
        .into_iter()
        .map(|piece| piece.rect)
        .filter(|rect| (lowest..=highest).contains(&rect.width().max(rect.height())))
        .collect();
    let mut columns: Vec<Vec<Rect>> = Vec::new();
    for letter in &letters {
        match columns.iter_mut().find(|column| column.last().is_some_and(|last| follows(last, letter))) {
            Some(column) => column.push(*letter),
            None => columns.push(vec![*letter]),
        }
    }
    let whole = |column: &Vec<Rect>| {
        let rect = Rect::bounding(column)?;
        let is_line = column.len() >= LEAST_LETTERS
            && (lowest..=highest).contains(&rect.width())
            && rect.height() >= 3 * rect.width()
            && stands_alone(&rect, &letters);
        is_line.then_some(rect)
    };
    joined(columns.iter().filter_map(whole).collect())
}

/// Whether `letter` stands below `last` as the next letter of a lying line does.
fn follows(last: &Rect, letter: &Rect) -> bool {
    let (narrow, wide) = (last.width().min(letter.width()), last.width().max(letter.width()));
    let gap = letter.top - last.bottom;
    last.overlap_x(letter) * 10 >= narrow * 7 && gap as f32 <= WIDEST_GAP * wide as f32 && gap * 2 >= -wide
}

/// Whether hardly a letter stands beside a column: in a block of text each has its neighbours.
fn stands_alone(column: &Rect, letters: &[Rect]) -> bool {
    let around = column.inflate(column.width(), 0);
    let beside: i32 = letters
        .iter()
        .filter(|letter| letter.overlap_x(&around) > 0 && letter.overlap_x(column) == 0)
        .map(|letter| letter.overlap_y(column))
        .sum();
    beside * 5 <= column.height()
}

/// Lines of which one is the other's next word are one.
fn joined(mut lines: Vec<Rect>) -> Vec<Rect> {
    lines.sort_by_key(|line| (line.top, line.left));
    let mut whole: Vec<Rect> = Vec::new();
    for line in lines {
        let before = whole.iter_mut().find(|before| {
            let narrow = before.width().min(line.width());
            let space = (line.top - before.bottom) as f32;
            before.overlap_x(&line) * 10 >= narrow * 7 && space <= WIDEST_SPACE * narrow as f32
        });
        match before {
            Some(before) => *before = before.union(&line),
            None => whole.push(line),
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::super::Bitmap;
    use super::*;

    /// Letters of an H's shape, lying: each 20 wide and 11 high.
    fn lying(page: &mut Bitmap, left: i32, top: i32, letters: i32) {
        for letter in 0..letters {
            let y = top + letter * 15;
            page.fill(&Rect::new(left, y, left + 20, y + 3));
            page.fill(&Rect::new(left + 8, y, left + 11, y + 11));
            page.fill(&Rect::new(left, y + 8, left + 20, y + 11));
        }
    }

    #[test]
    fn a_number_along_the_edge_is_one_line() {
        let mut ink = Bitmap::new(1200, 800);
        lying(&mut ink, 1100, 100, 8);
        // A second word of it.
        lying(&mut ink, 1101, 234, 6);
        assert_eq!(sideways_lines(&PreparedPage::from_ink(ink, 204)), [Rect::new(1100, 100, 1121, 320)]);
    }

    #[test]
    fn text_that_stands_upright_is_none() {
        let mut block = Bitmap::new(1200, 800);
        for column in 0..20 {
            lying(&mut block, 100 + column * 24, 100, 12);
        }
        assert_eq!(sideways_lines(&PreparedPage::from_ink(block, 204)), [], "letters with neighbours");
        // A column of upright digits, one a row of a table.
        let mut rows = Bitmap::new(1200, 800);
        for row in 0..12 {
            let y = 100 + row * 30;
            rows.fill(&Rect::new(300, y, 314, y + 3));
            rows.fill(&Rect::new(300, y, 303, y + 20));
            rows.fill(&Rect::new(300, y + 17, 314, y + 20));
        }
        assert_eq!(sideways_lines(&PreparedPage::from_ink(rows, 204)), []);
        let mut few = Bitmap::new(1200, 800);
        lying(&mut few, 1100, 100, 4);
        assert_eq!(sideways_lines(&PreparedPage::from_ink(few, 204)), []);
    }
}

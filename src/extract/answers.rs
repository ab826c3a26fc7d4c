//! Columns of answers: a box under "Yes" for each reason, and one under "No" beside it.

use super::fuzzy::is_one_of;
use super::labels::Label;
use super::sheet::Sheet;
use crate::geometry::Rect;
use crate::rules::ChoiceDefinition;

/// How far above the first label the headings of its columns may stand, in letter heights.
const ABOVE: i32 = 8;

/// Where the boxes that say yes stand in the rows of `labels`, one place each, if a heading says so and another one says where no stands.
///
/// A box under "No" that was taken for one under "Yes" turns every answer round, so a heading alone is not enough.
pub(super) fn yes_places(labels: &[&Label], choice: &ChoiceDefinition, sheet: &Sheet) -> Option<Vec<Rect>> {
    let h = sheet.letter_height;
    let first = labels.iter().min_by_key(|l| l.rect.top)?;
    let heads = |words: &[String]| -> Vec<Rect> {
        let above = |rect: &Rect| {
            rect.left > first.rect.left
                && rect.bottom <= first.rect.center_y()
                && first.rect.top - rect.bottom < ABOVE * h
        };
        sheet.tokens.iter().filter(|t| above(&t.rect) && is_one_of(words, &t.text)).map(|t| t.rect).collect()
    };
    let no = heads(&choice.no);
    let beside = |yes: &Rect| {
        let level = |other: &&Rect| other.shares_row(yes);
        no.iter().filter(level).min_by_key(|other| (other.center_x() - yes.center_x()).abs()).copied()
    };
    // The heading nearest to the labels is theirs.
    let (yes, no) = heads(&choice.yes)
        .into_iter()
        .filter_map(|yes| beside(&yes).map(|no| (yes, no)))
        .max_by_key(|(yes, _)| (yes.bottom, yes.right))?;
    let half = (yes.center_x() - no.center_x()).abs() / 2;
    let clear = labels.iter().all(|l| l.rect.right <= yes.center_x() - h || l.rect.left >= yes.center_x() + h);
    let place = |l: &&Label| {
        let y = l.rect.center_y();
        Rect::new(yes.center_x() - half, y - h, yes.center_x() + half, y + h)
    };
    (half >= h && clear).then(|| labels.iter().map(place).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Confidence;
    use crate::extract::labels::Target;
    use crate::ocr::Word;
    use crate::page::Rulings;

    fn places(words: &[(&str, i32, i32)]) -> Option<Vec<i32>> {
        let word = |&(text, x, y): &(&str, i32, i32)| Word {
            text: text.into(),
            confidence: Confidence::CERTAIN,
            rect: Rect::new(x, y, x + 15 * text.len() as i32, y + 20),
            line: y as u32,
        };
        let sheet = Sheet::new(&words.iter().map(word).collect::<Vec<_>>(), &Rulings::default());
        let choice = ChoiceDefinition {
            id: "reasons".into(),
            headings: Vec::new(),
            yes: vec!["Yes".into(), "Sí".into()],
            no: vec!["No".into()],
            options: Vec::new(),
        };
        let label = |y: i32| Label {
            target: Target::Option(0, 0),
            rect: Rect::new(100, y, 400, y + 20),
            tokens: vec![0],
            distance: 0.0,
            letters: 5,
            ambiguous: false,
            in_brackets: false,
        };
        let labels = [label(200), label(240), label(280)];
        let all: Vec<&Label> = labels.iter().collect();
        yes_places(&all, &choice, &sheet).map(|places| places.iter().map(Rect::center_x).collect())
    }

    #[test]
    fn boxes_stand_under_the_heading_that_says_yes() {
        let rows = [("Fraud", 100, 200), ("Abuse", 100, 240), ("Missed", 100, 280)];
        let with = |heads: &[(&'static str, i32, i32)]| places(&[heads, &rows].concat());
        assert_eq!(with(&[("Yes", 600, 150), ("No", 750, 150)]), Some(vec![622; 3]));
        assert_eq!(with(&[("No", 600, 150), ("YES", 750, 150)]), Some(vec![772; 3]), "whichever comes first");
        assert_eq!(with(&[("Yes", 600, 150)]), None, "a word alone is no heading");
        assert_eq!(with(&[("No", 600, 150), ("Phone", 750, 150)]), None);
    }
}

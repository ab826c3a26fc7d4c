//! The words of a page as a form reader wants them: tokens in rows, with a typical letter height.

use crate::geometry::Rect;
use crate::ocr::Word;
use crate::page::Rulings;

/// A word, or a part of one: labels and values that the reader glued together (`Name:Ana`) stand apart here.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    pub text: String,
    pub rect: Rect,
    pub confidence: f32,
    /// Index of the row, from the top.
    pub row: usize,
    /// A vertical ruling or a gap wider than a word space stands before it.
    pub starts_segment: bool,
    /// A line to write on begins right behind it.
    pub leads_to_line: bool,
}

impl Token {
    /// Whether it has two letters or more: a speck and a single stroke are no word.
    pub fn is_word(&self) -> bool {
        self.text.chars().filter(|c| c.is_alphabetic()).count() >= 2
    }

    /// Whether it was surely read as a word.
    fn is_print(&self) -> bool {
        self.confidence >= PRINTED && self.is_word()
    }
}

/// Small words in a row from which they are a sentence's.
const SENTENCE: usize = 2;
/// Words of a row from which it is running text.
const PARAGRAPH: usize = 9;
/// Words from which a piece of a row is a line of a column.
const COLUMN: usize = 6;

/// Tokens in rows from top to bottom, left to right within a row.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    pub tokens: Vec<Token>,
    /// Token indices of each row, left to right.
    pub rows: Vec<Vec<usize>>,
    /// Median height of the tokens, in pixels; at least 8.
    pub letter_height: i32,
}

impl Sheet {
    /// Orders `words` into rows; `rulings` split segments.
    pub fn new(words: &[Word], rulings: &Rulings) -> Sheet {
        let mut tokens: Vec<Token> = words.iter().flat_map(split_word).collect();
        let mut heights: Vec<i32> = tokens.iter().filter(|t| t.text.len() > 2).map(|t| t.rect.height()).collect();
        heights.sort_unstable();
        let letter_height = heights.get(heights.len() / 2).copied().unwrap_or(20).max(8);

        tokens.sort_by_key(|t| (t.row, t.rect.left));
        let mut rows: Vec<(i32, Vec<usize>)> = Vec::new();
        for line in tokens_by_line(&tokens, letter_height) {
            // The middle word decides where a line lies: a tall signature or a stray speck must not move it.
            let mut centers: Vec<i32> = line.iter().map(|&t| tokens[t].rect.center_y()).collect();
            centers.sort_unstable();
            rows.push((centers[centers.len() / 2], line));
        }
        rows.sort_by_key(|(center, line)| (*center, line[0]));
        let mut rows = join_columns(rows, &tokens, letter_height);
        for (number, row) in rows.iter_mut().enumerate() {
            row.sort_by_key(|&t| tokens[t].rect.left);
            // A large typeface among small print has word spaces as wide as the print's gaps.
            let gap = (letter_height * 5 / 4).max(usual_space(row, &tokens).min(letter_height * 3 / 2) * 8 / 5);
            let mut previous: Option<Rect> = None;
            for &t in row.iter() {
                let rect = tokens[t].rect;
                tokens[t].row = number;
                let is_near =
                    |line: &Rect| line.left <= rect.right + letter_height && line.width() >= 4 * letter_height;
                tokens[t].leads_to_line = line_behind(rulings, &rect, letter_height, is_near);
                tokens[t].starts_segment |= previous.is_none_or(|before| {
                    rect.left - before.right > gap
                        || ruling_between(rulings, &before, &rect)
                        || line_begins_between(rulings, &before, &rect, letter_height)
                });
                previous = Some(rect);
            }
        }
        Sheet { tokens, rows, letter_height }
    }

    /// Tokens whose centre lies in `zone`, in reading order.
    pub fn tokens_in(&self, zone: &Rect) -> Vec<usize> {
        self.rows.iter().flatten().copied().filter(|&t| zone.holds(&self.tokens[t].rect)).collect()
    }

    /// Where the next segment of print begins in the row of a caption, words of its height that are no hint in brackets and no value: figures
    /// stand in places, not under them.
    pub fn caption_behind(&self, caption: &Rect) -> Option<i32> {
        let height = caption.height();
        let is_caption = |t: &&Token| {
            t.starts_segment
                && t.rect.left > caption.right + 2 * self.letter_height
                && (t.rect.center_y() - caption.center_y()).abs() * 3 <= height
                && (t.rect.height() - height).abs() * 3 <= height
                && t.confidence >= PRINTED
                && t.text.starts_with(char::is_alphabetic)
        };
        self.tokens.iter().filter(is_caption).map(|t| t.rect.left - self.letter_height / 3).min()
    }

    /// Rows of running text: long ones without a gap, and the rest of their paragraphs right below them.
    pub fn paragraphs(&self) -> Vec<Rect> {
        let mut found: Vec<Rect> = Vec::new();
        for row in &self.rows {
            let Some(rect) = Rect::bounding(row.iter().map(|&t| &self.tokens[t].rect)) else { continue };
            let gaps = row.iter().skip(1).filter(|&&t| self.tokens[t].starts_segment).count();
            let goes_on = found.last().is_some_and(|above| {
                rect.top - above.bottom <= self.letter_height
                    && rect.left - above.left <= self.letter_height
                    && rect.right <= above.right
            });
            if gaps == 0 && (row.len() >= PARAGRAPH || goes_on) {
                found.push(rect);
            }
        }
        found
    }

    /// Whether small words of a sentence stand before a place on its row.
    pub fn ends_prose(&self, place: &Rect) -> bool {
        let Some((row, first, _)) = self.on_row(place) else { return false };
        first >= SENTENCE
            && row[first - SENTENCE..first].iter().all(|&t| self.is_small_word(t))
            && row[first + 1 - SENTENCE..=first].iter().all(|&t| !self.tokens[t].starts_segment)
    }

    /// Whether a place begins with a small word, and small words of its column stand before it or behind.
    pub fn in_sentence(&self, place: &Rect) -> bool {
        let Some((row, first, last)) = self.on_row(place) else { return false };
        let behind = row.get(last + 1..last + 1 + SENTENCE).unwrap_or_default();
        // What stands in the next column is another label, in small letters as this one.
        let goes_on = |t: usize| self.is_small_word(t) && !self.tokens[t].starts_segment;
        self.is_small_word(row[first])
            && (self.ends_prose(place) || behind.len() == SENTENCE && behind.iter().all(|&t| goes_on(t)))
    }

    /// Whether a place begins its row with a small word right below a row of running text that begins where it does.
    pub fn ends_paragraph(&self, place: &Rect) -> bool {
        let Some((row, first, _)) = self.on_row(place) else { return false };
        let head = &self.tokens[row[first]];
        let runs_on = |above: &Vec<usize>| {
            let Some(rect) = Rect::bounding(above.iter().map(|&t| &self.tokens[t].rect)) else { return false };
            above.len() >= PARAGRAPH
                && self.is_right_below(&rect, &head.rect)
                && !above.iter().skip(1).any(|&t| self.tokens[t].starts_segment)
        };
        first == 0 && self.is_small_word(row[first]) && self.rows.iter().any(runs_on)
    }

    /// Whether a place stands in running text that is set in columns: its own piece of the row is long, or ends what stands right above it.
    pub fn in_column_of_text(&self, place: &Rect) -> bool {
        let Some((row, first, _)) = self.on_row(place) else { return false };
        let segments = |row: &'_ [usize]| -> Vec<(usize, Rect)> {
            let bounds = |piece: &[usize]| Rect::bounding(piece.iter().map(|&t| &self.tokens[t].rect));
            self.segments(row).filter_map(|piece| Some((piece.len(), bounds(piece)?))).collect()
        };
        let at = self.tokens[row[first]].rect;
        let Some((own, here)) = segments(row).into_iter().find(|(_, rect)| rect.inflate(1, 1).holds(&at)) else {
            return false;
        };
        let goes_on = |(words, above): &(usize, Rect)| *words >= COLUMN && self.is_right_below(above, &here);
        own >= COLUMN || self.rows.iter().flat_map(|row| segments(row)).any(|piece| goes_on(&piece))
    }

    /// The pieces of a row that gaps and rulings part.
    fn segments<'r>(&'r self, row: &'r [usize]) -> impl Iterator<Item = &'r [usize]> {
        row.chunk_by(|_, &next| !self.tokens[next].starts_segment)
    }

    /// Whether a line stands right below another one and begins where it does.
    fn is_right_below(&self, above: &Rect, line: &Rect) -> bool {
        (0..self.letter_height).contains(&(line.top - above.bottom))
            && (above.left - line.left).abs() <= self.letter_height
    }

    /// The row of a place, and where its first and last words stand in it.
    fn on_row(&self, place: &Rect) -> Option<(&[usize], usize, usize)> {
        let tokens = self.tokens_in(place);
        let row = self.rows.get(self.tokens[*tokens.first()?].row)?;
        let at = |token: &usize| row.iter().position(|t| t == token);
        Some((row, at(tokens.first()?)?, tokens.iter().filter_map(at).max()?))
    }

    fn is_small_word(&self, token: usize) -> bool {
        let text = self.tokens[token].text.trim_start_matches('(').trim_end_matches([',', '.', ';', ')']);
        text.len() >= 2 && text.chars().all(|c| c.is_lowercase() || matches!(c, '\'' | '-'))
    }

    /// Where a segment begins in `zone`, behind another, that ends in a colon as labels do; or has figures in it, if `figures` are none of
    /// the zone's.
    pub fn label_in(&self, zone: &Rect, figures: bool) -> Option<i32> {
        let tokens = self.tokens_in(zone);
        let rows = tokens.chunk_by(|&a, &b| self.tokens[a].row == self.tokens[b].row);
        let segments = rows.flat_map(|row| self.segments(row).skip(1));
        let is_label = |segment: &&[usize]| {
            let mut texts = segment.iter().map(|&t| self.tokens[t].text.as_str());
            texts.any(|text| {
                let letters = text.chars().filter(|c| c.is_alphabetic()).count();
                text.ends_with(':') && letters >= 2 || figures && text.chars().filter(char::is_ascii_digit).count() >= 4
            })
        };
        segments.filter(is_label).map(|segment| self.tokens[segment[0]].rect.left - self.letter_height / 3).min()
    }

    /// How many words of its segment stand before a token.
    pub fn words_before(&self, token: usize) -> usize {
        let row = &self.rows[self.tokens[token].row];
        let at = row.iter().position(|&t| t == token).unwrap_or(0);
        let start = (0..=at).rev().find(|&i| self.tokens[row[i]].starts_segment).unwrap_or(0);
        row[start..at].iter().filter(|&&t| self.tokens[t].is_word()).count()
    }

    /// Whether two tokens may stand in neighbouring cells of a comb, one letter each or two whose side was lost: the sides part segments, but
    /// no values.
    pub fn in_cells(&self, before: usize, token: usize) -> bool {
        let (before, token) = (&self.tokens[before], &self.tokens[token]);
        let gap = token.rect.left - before.rect.right;
        is_cell(&before.text) && is_cell(&token.text) && gap < 3 * self.letter_height
    }

    /// The numbers that a form prints at the head of the rows of a list, one after the other: they are no entries of it.
    pub fn row_numbers(&self, tokens: &[usize]) -> Vec<usize> {
        let heads = tokens.chunk_by(|&a, &b| self.tokens[a].row == self.tokens[b].row).filter_map(|row| row.first());
        let number = |token: usize| self.tokens[token].text.trim_end_matches(['.', ')', ':']).parse::<usize>().ok();
        let numbered: Vec<(usize, usize)> = heads.filter_map(|&token| Some((token, number(token)?))).collect();
        let runs = numbered.chunk_by(|(_, before), (_, next)| before + 1 == *next).filter(|run| run.len() >= 2);
        runs.flatten().map(|(token, _)| *token).collect()
    }

    /// The captions of a list's columns in its first row ("Visit type    Reminder"): words of print without a figure, wide gaps between.
    pub fn captions(&self, tokens: &[usize]) -> Vec<usize> {
        let Some(row) = tokens.chunk_by(|&a, &b| self.tokens[a].row == self.tokens[b].row).next() else {
            return Vec::new();
        };
        let is_caption = |&token: &usize| {
            let token = &self.tokens[token];
            token.is_print() && !token.text.contains(|c: char| c.is_ascii_digit())
        };
        let is_wide =
            |pair: &[usize]| self.tokens[pair[1]].rect.left - self.tokens[pair[0]].rect.right > 2 * self.letter_height;
        if row.iter().all(is_caption) && row.windows(2).any(is_wide) { row.to_vec() } else { Vec::new() }
    }

    /// Words of print that reach into `zone` from outside.
    pub fn print_into(&self, zone: &Rect) -> Vec<Rect> {
        let reaches = |t: &&Token| !t.rect.intersect(zone).is_empty() && !zone.holds(&t.rect);
        self.tokens.iter().filter(|t| t.is_print()).filter(reaches).map(|t| t.rect).collect()
    }

    /// Bottom of the lowest line of print that reaches into `zone` and leaves room for a pen under it: several words that were surely read.
    pub fn prose_bottom(&self, zone: &Rect) -> Option<i32> {
        let room = self.letter_height * 3 / 2;
        let bottom = |row: &Vec<usize>| {
            let words: Vec<&Token> = row
                .iter()
                .map(|&t| &self.tokens[t])
                .filter(|t| t.is_print())
                .filter(|t| {
                    t.rect.overlap_x(zone) > 0 && t.rect.bottom > zone.top && t.rect.bottom + room <= zone.bottom
                })
                .collect();
            (words.len() >= 3).then(|| words.iter().map(|t| t.rect.bottom).max())?
        };
        self.rows.iter().filter_map(bottom).max()
    }
}

/// Whether a token may be what stands in a cell of a comb.
pub fn is_cell(text: &str) -> bool {
    text.chars().count() <= 2
}

/// Confidence from which a word near a signature's place is print.
const PRINTED: f32 = 0.85;

/// Token indices of each of the reader's lines, in the order of their numbers. Across a wide gap the reader joins what stands at different
/// heights (a title and the date in a box beside it), so a line ends there.
fn tokens_by_line(tokens: &[Token], letter_height: i32) -> Vec<Vec<usize>> {
    let mut lines: std::collections::BTreeMap<usize, Vec<usize>> = Default::default();
    for (index, token) in tokens.iter().enumerate() {
        lines.entry(token.row).or_default().push(index);
    }
    let close = |a: &usize, b: &usize| tokens[*b].rect.left - tokens[*a].rect.right <= WIDE * letter_height;
    lines.into_values().flat_map(|line| line.chunk_by(close).map(<[usize]>::to_vec).collect::<Vec<_>>()).collect()
}

/// Letter heights from which a gap in a line is wider than any between words.
const WIDE: i32 = 4;

/// Lines at one height that do not lie over each other are columns of one row.
fn join_columns(lines: Vec<(i32, Vec<usize>)>, tokens: &[Token], letter_height: i32) -> Vec<Vec<usize>> {
    let mut rows: Vec<(i32, Vec<usize>)> = Vec::new();
    for (center, line) in lines {
        let apart = |row: &Vec<usize>| {
            !row.iter().any(|&a| line.iter().any(|&b| tokens[a].rect.overlap_x(&tokens[b].rect) > letter_height / 2))
        };
        let beside = rows.iter_mut().rev().take(4).find(|(row_center, row)| {
            ((center - *row_center).abs() * 2 <= letter_height || goes_on(row, &line, tokens, letter_height))
                && apart(row)
        });
        match beside {
            Some((_, row)) => row.extend(line),
            None => rows.push((center, line)),
        }
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Whether a line goes on behind a word of a row, at a word space and on the same foot: print and values of one row often have two heights,
/// and the middle of the one is not the other's.
fn goes_on(row: &[usize], line: &[usize], tokens: &[Token], letter_height: i32) -> bool {
    let Some(first) = line.iter().map(|&t| &tokens[t].rect).min_by_key(|r| r.left) else { return false };
    row.iter().map(|&t| &tokens[t].rect).any(|before| {
        (0..letter_height).contains(&(first.left - before.right))
            && (first.bottom - before.bottom).abs() * 3 <= letter_height
            && (first.center_y() - before.center_y()).abs() * 3 <= letter_height
    })
}

/// The usual space between the words of a row, left to right; 0 for a row of too few words to tell.
pub fn usual_space(row: &[usize], tokens: &[Token]) -> i32 {
    let mut spaces: Vec<i32> =
        row.windows(2).map(|pair| tokens[pair[1]].rect.left - tokens[pair[0]].rect.right).collect();
    spaces.sort_unstable();
    if spaces.len() < 5 { 0 } else { spaces[spaces.len() / 2] }
}

fn ruling_between(rulings: &Rulings, left: &Rect, right: &Rect) -> bool {
    let y = (left.center_y() + right.center_y()) / 2;
    rulings.vertical.iter().any(|ruling| {
        let x = ruling.rect.center_x();
        x > left.center_x() && x < right.center_x() && ruling.rect.top <= y && ruling.rect.bottom >= y
    })
}

/// Whether a line to write on begins between two words: what stands on it is a value, however close to its label it was written.
fn line_begins_between(rulings: &Rulings, left: &Rect, right: &Rect, letter_height: i32) -> bool {
    let slack = letter_height / 3;
    line_behind(rulings, left, letter_height, |line| line.left <= right.left + slack && line.right > right.center_x())
}

/// Whether a line to write on, one that `counts`, begins behind a word.
fn line_behind(rulings: &Rulings, left: &Rect, letter_height: i32, counts: impl Fn(&Rect) -> bool) -> bool {
    let slack = letter_height / 3;
    // A piece of a line that dropouts broke begins anywhere: under the words before it goes another piece of it.
    let goes_on = |line: &Rect| {
        rulings.horizontal.iter().any(|other| {
            (other.rect.center_y() - line.center_y()).abs() <= slack
                && other.rect.left < left.center_x()
                && other.rect.right > left.left - letter_height
        })
    };
    rulings.horizontal.iter().any(|ruling| {
        let line = &ruling.rect;
        !goes_on(line)
            && line.left >= left.right - slack
            && counts(line)
            && line.center_y() >= left.center_y()
            && line.center_y() <= left.bottom + letter_height
    })
}

/// Splits a word after each colon (but not inside a time) and around what was read of a line to write on (underscores, the dots of a dotted
/// line), sharing its width by letters. What stands behind such a line begins a segment.
fn split_word(word: &Word) -> Vec<Token> {
    let letters: Vec<char> = word.text.chars().collect();
    let is_line: Vec<bool> = (0..letters.len()).map(|i| is_line(&letters, i)).collect();
    let mut cuts = vec![0usize];
    for i in 1..letters.len() {
        let (before, here) = (letters[i - 1], letters[i]);
        let after_colon = before == ':' && !(here.is_ascii_digit() && i >= 2 && letters[i - 2].is_ascii_digit());
        // "Telephone.209-555-0123", "phone(209)555-0123", "completed11/16/2026": a colon read as a dot or lost, and the space behind it.
        let end = if before == '.' { i - 1 } else { i };
        let after_label = (here.is_ascii_digit() || here == '(')
            && end >= LABEL
            && letters[end - LABEL..end].iter().all(|c| c.is_alphabetic())
            && letters[i..].iter().filter(|c| c.is_ascii_digit()).count() >= FIGURES;
        // "(mm/dd/yyyy)12/02/1974", "(print)Ana": a hint and the value behind it.
        let is_hint = letters[0] == '(' && letters[..i].iter().filter(|c| c.is_alphabetic()).count() >= 2;
        let after_hint = before == ')' && here.is_alphanumeric() && is_hint;
        if after_colon || after_label || after_hint || is_line[i - 1] != is_line[i] {
            cuts.push(i);
        }
    }
    cuts.push(letters.len());
    let width = word.rect.width();
    let at = |i: usize| word.rect.left + (i64::from(width) * i as i64 / letters.len().max(1) as i64) as i32;
    cuts.windows(2)
        .filter(|span| span[0] < span[1] && !is_line[span[0]])
        .map(|span| Token {
            text: letters[span[0]..span[1]].iter().collect(),
            rect: Rect { left: at(span[0]), right: at(span[1]), ..word.rect },
            confidence: word.confidence.get(),
            row: word.line as usize,
            starts_segment: span[0].checked_sub(1).is_some_and(|before| is_line[before]),
            leads_to_line: false,
        })
        .collect()
}

/// Letters before a dot from which it ends a label, and no initial or abbreviation.
const LABEL: usize = 3;
/// Figures from which a number behind letters is a value of its own.
const FIGURES: usize = 5;

/// Whether the character at `at` is a line to write on: an underscore, one of several dots, or a dot with which a word begins.
fn is_line(letters: &[char], at: usize) -> bool {
    let dot = |i: Option<usize>| i.and_then(|i| letters.get(i)) == Some(&'.');
    let leads = |i: usize| letters[..i].iter().all(|c| *c == '.') && letters.len() > i + 1;
    letters[at] == '_' || (letters[at] == '.' && (dot(at.checked_sub(1)) || dot(Some(at + 1)) || leads(at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Confidence;

    fn word(text: &str, left: i32, top: i32, right: i32, bottom: i32) -> Word {
        let line = (top / 30) as u32;
        Word { text: text.into(), confidence: Confidence::CERTAIN, rect: Rect::new(left, top, right, bottom), line }
    }

    #[test]
    fn a_label_glued_to_its_value_comes_apart() {
        let sheet = Sheet::new(&[word("Name:Ana__", 0, 0, 100, 20)], &Rulings::default());
        let texts: Vec<&str> = sheet.tokens.iter().map(|t| t.text.as_str()).collect();
        assert_eq!(texts, ["Name:", "Ana"]);
        assert_eq!(sheet.tokens[1].rect, Rect::new(50, 0, 80, 20));
    }

    #[test]
    fn numbers_at_the_head_of_rows_are_the_forms() {
        let rows = [("1.", "Fue"), ("2.", "Dolores"), ("3.", "4417")];
        let words: Vec<Word> = (0..)
            .zip(rows)
            .flat_map(|(row, (number, text))| {
                [word(number, 0, row * 60, 20, row * 60 + 20), word(text, 40, row * 60, 140, row * 60 + 20)]
            })
            .collect();
        let sheet = Sheet::new(&words, &Rulings::default());
        let all: Vec<usize> = (0..sheet.tokens.len()).collect();
        let numbers = sheet.row_numbers(&all).into_iter().map(|t| sheet.tokens[t].text.as_str()).collect::<Vec<_>>();
        assert_eq!(numbers, ["1.", "2.", "3."]);
        // A year alone in a row counts nothing.
        let sheet = Sheet::new(&[word("2026", 0, 0, 60, 20), word("17", 0, 60, 30, 80)], &Rulings::default());
        assert!(sheet.row_numbers(&[0, 1]).is_empty());
    }

    #[test]
    fn the_dots_of_a_line_are_no_letters() {
        let words = [
            word("(mm/dd/yy)12/02/74", 300, 0, 480, 20),
            word("(831)555-0123", 600, 0, 730, 20),
            word("(print)Ana", 800, 0, 900, 20),
            word("ID.", 0, 0, 30, 20),
            word(".95698215E", 34, 0, 134, 20),
            word("Phone...(209)", 0, 40, 130, 60),
            word("M.D.", 200, 40, 240, 60),
            word("Fax.209-555", 0, 80, 110, 100),
            word("phone(209)555", 200, 80, 330, 100),
        ];
        let sheet = Sheet::new(&words, &Rulings::default());
        let tokens: Vec<(&str, bool)> = sheet.tokens.iter().map(|t| (t.text.as_str(), t.starts_segment)).collect();
        assert_eq!(
            tokens,
            [
                ("ID.", true),
                ("95698215E", true),
                ("(mm/dd/yy)", true),
                ("12/02/74", false),
                ("(831)555-0123", true),
                ("(print)", true),
                ("Ana", false),
                ("Phone", true),
                ("(209)", true),
                ("M.D.", true),
                ("Fax.", true),
                ("209-555", false),
                ("phone", true),
                ("(209)555", false)
            ],
            "what was written on a line begins a segment"
        );
    }

    #[test]
    fn a_time_stays_whole() {
        let sheet = Sheet::new(&[word("09:30", 0, 0, 100, 20)], &Rulings::default());
        assert_eq!(sheet.tokens.len(), 1);
    }

    #[test]
    fn rows_are_ordered_and_columns_split_segments() {
        let words = [
            word("Right", 300, 2, 360, 22),
            word("Left", 0, 0, 60, 20),
            word("Under", 0, 40, 70, 60),
            word("near", 66, 1, 120, 21),
        ];
        let sheet = Sheet::new(&words, &Rulings::default());
        assert_eq!(sheet.rows.len(), 2);
        let first: Vec<(&str, bool)> =
            sheet.rows[0].iter().map(|&t| (sheet.tokens[t].text.as_str(), sheet.tokens[t].starts_segment)).collect();
        assert_eq!(first, [("Left", true), ("near", false), ("Right", true)]);
    }
}

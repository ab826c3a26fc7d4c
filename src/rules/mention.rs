//! Finding a pack's phrases in text that was read from a fax.
//!
//! Case, accents, punctuation and spacing do not count (handwriting comes back as "ME MBE R", Hmong is written joined or split), and
//! a long phrase may be a few letters off. A match begins where a word begins, and ends where one ends unless the phrase says `*`. At
//! `...` up to six other words of the sentence may stand (`terminat* ... agreement`).

use unicode_normalization::UnicodeNormalization;

use super::words::{Languages, Wording};

/// A phrase that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// As the pack writes it.
    pub phrase: String,
    /// The words of the fax around it.
    pub quote: String,
    /// Bytes of the text that the phrase covers.
    pub span: std::ops::Range<usize>,
}

/// Text with everything folded away that fax and OCR do not keep.
pub(super) struct Folded<'a> {
    text: &'a str,
    letters: Vec<Letter>,
}

struct Letter {
    folded: char,
    /// Bytes of the character in the text.
    at: usize,
    end: usize,
    starts_word: bool,
    ends_word: bool,
}

/// Words of a phrase between which others may stand, in one sentence.
pub(super) const GAP: &str = "...";
/// How many others.
const WIDEST_GAP: usize = 6;

/// A phrase, or what stands before or behind a gap in one.
struct Part {
    wanted: Vec<char>,
    slips: usize,
    open_end: bool,
}

impl Part {
    fn new(part: &str, exact: bool) -> Self {
        let wanted = Folded::new(part).letters();
        let slips = if exact { 0 } else { slips(wanted.len()) };
        Self { wanted, slips, open_end: part.trim_end().ends_with('*') }
    }
}

/// Longest quotation on either side of a phrase, in bytes.
const QUOTE_REACH: usize = 80;

impl<'a> Folded<'a> {
    pub fn new(text: &'a str) -> Self {
        let mut letters: Vec<Letter> = Vec::new();
        let mut inside = false;
        for (at, c) in text.char_indices() {
            if c.is_ascii() {
                // By far the most, and decomposing is what folding spends its time on.
                if c.is_ascii_alphanumeric() {
                    letters.push(Letter {
                        folded: c.to_ascii_lowercase(),
                        at,
                        end: at + 1,
                        starts_word: !inside,
                        ends_word: false,
                    });
                    inside = true;
                } else {
                    if let Some(last) = letters.last_mut() {
                        last.ends_word = true;
                    }
                    inside = false;
                }
                continue;
            }
            let mut any = false;
            for folded in c.nfkd().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase) {
                letters.push(Letter { folded, at, end: at + c.len_utf8(), starts_word: !inside, ends_word: false });
                inside = true;
                any = true;
            }
            let is_mark = c.nfkd().all(unicode_normalization::char::is_combining_mark);
            if !any && !is_mark {
                if let Some(last) = letters.last_mut() {
                    last.ends_word = true;
                }
                inside = false;
            }
        }
        if let Some(last) = letters.last_mut() {
            last.ends_word = true;
        }
        Folded { text, letters }
    }

    /// The letters that count, for comparing texts.
    pub fn letters(&self) -> Vec<char> {
        self.letters.iter().map(|letter| letter.folded).collect()
    }

    /// Every place where `phrase` stands, as bytes of the text; of overlapping places the first.
    pub fn find(&self, phrase: &str, exact: bool) -> Vec<std::ops::Range<usize>> {
        let parts: Vec<Part> = phrase.split(GAP).map(|part| Part::new(part, exact)).collect();
        let mut found = Vec::new();
        let Some((first, rest)) = parts.split_first() else { return found };
        if parts.iter().any(|part| part.wanted.is_empty()) {
            return found;
        }
        let mut from = 0;
        while from < self.letters.len() {
            let starts = self.letters[from].starts_word;
            let start = starts.then(|| self.part_at(from, first)).flatten();
            match rest.iter().try_fold(start, |end, part| Some(self.part_behind(end?, part))).flatten() {
                Some(end) => {
                    found.push(self.letters[from].at..self.letters[end - 1].end);
                    from = end;
                }
                None => from += 1,
            }
        }
        found
    }

    fn part_at(&self, from: usize, part: &Part) -> Option<usize> {
        self.match_at(from, &part.wanted, part.slips, part.open_end)
    }

    /// The end of `part` in the words that follow `end` in the same sentence.
    fn part_behind(&self, end: usize, part: &Part) -> Option<usize> {
        let mut words = 0;
        for at in end..self.letters.len() {
            let between = &self.text[self.letters[at - 1].end..self.letters[at].at];
            if between.trim_end() != between && between.contains(['.', ';', '!', '?']) {
                return None;
            }
            if self.letters[at].starts_word {
                if let Some(found) = self.part_at(at, part) {
                    return Some(found);
                }
                words += 1;
                if words > WIDEST_GAP {
                    return None;
                }
            }
        }
        None
    }

    /// The end (exclusive) of the best match that begins at letter `from`.
    fn match_at(&self, from: usize, wanted: &[char], slips: usize, open_end: bool) -> Option<usize> {
        let window = &self.letters[from..self.letters.len().min(from + wanted.len() + slips)];
        let ends = |length: usize| open_end || window[length - 1].ends_word;
        if slips == 0 {
            let is_it = window.len() == wanted.len() && window.iter().zip(wanted).all(|(l, &w)| l.folded == w);
            return (is_it && ends(wanted.len())).then_some(from + wanted.len());
        }
        // One row of the edit distance for each wanted letter, over the lengths of the window that differ from its place by no more slips
        // than are allowed: all others cost more.
        const FAR: u8 = 100;
        let mut row = [FAR; 2 * MOST_SLIPS + 2];
        row[slips..=2 * slips].iter_mut().zip(0..).for_each(|(cell, length)| *cell = length);
        for (i, &letter) in wanted.iter().enumerate() {
            // Cell `d` is length `i + 1 + d - slips`; it stood for one less in the row before, whose next cell is the same length.
            for d in 0..=2 * slips {
                let Some(length) = (i + 1 + d).checked_sub(slips).filter(|length| *length <= window.len()) else {
                    row[d] = FAR;
                    continue;
                };
                let substituted = match length.checked_sub(1) {
                    Some(at) => row[d] + u8::from(window[at].folded != letter),
                    None => FAR,
                };
                let left = if d > 0 { row[d - 1] + 1 } else { FAR };
                row[d] = substituted.min(row[d + 1] + 1).min(left).min(FAR);
            }
            if row[..=2 * slips].iter().all(|&cost| usize::from(cost) > slips) {
                return None;
            }
        }
        (0..=2 * slips)
            .filter_map(|d| Some(((wanted.len() + d).checked_sub(slips)?, row[d])))
            .filter(|&(length, cost)| length > 0 && usize::from(cost) <= slips && ends(length))
            .min_by_key(|&(length, cost)| (cost, std::cmp::Reverse(length)))
            .map(|(length, _)| from + length)
    }

    /// The sentence around `span`, cut at a reach that keeps a quotation short.
    fn quote(&self, span: &std::ops::Range<usize>) -> String {
        let is_stop = |c: char| matches!(c, '.' | ';' | '!' | '?' | '\n');
        let before = &self.text[..span.start];
        let mut start = before.rfind(is_stop).map_or(0, |i| i + 1);
        if span.start - start > QUOTE_REACH {
            start = before.char_indices().map(|(i, _)| i).find(|i| span.start - i <= QUOTE_REACH).unwrap_or(span.start);
            start = before[start..].find(' ').map_or(start, |i| start + i);
        }
        let after = &self.text[span.end..];
        let mut end = span.end + after.find(is_stop).unwrap_or(after.len());
        if end - span.end > QUOTE_REACH {
            end = span.end + after.char_indices().map(|(i, _)| i).take_while(|&i| i <= QUOTE_REACH).last().unwrap_or(0);
            end = self.text[span.end..end].rfind(' ').map_or(end, |i| span.end + i);
        }
        self.text[start..end].split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The most that [`slips`] gives.
const MOST_SLIPS: usize = 3;

/// Letters that a phrase may be off: none for the short, which turn into other words.
fn slips(letters: usize) -> usize {
    match letters {
        0..10 => 0,
        10..18 => 1,
        18..28 => 2,
        _ => MOST_SLIPS,
    }
}

/// Where the phrases of `wording` stand in `text`, in the order of the text; those in passing left out.
pub fn mentions(text: &str, wording: &Wording) -> Vec<Mention> {
    let folded = Folded::new(text);
    // A letter off turns "a complaint" into "no complaint": what takes words back must be there as written. And "no threats" is no threat
    // that makes more of a rudeness.
    let passing = spans(&folded, &wording.in_passing, true);
    let meant = |at: usize| !passing.iter().any(|(p, _)| p.start <= at && at < p.end);
    if spans(&folded, &wording.unless, true).iter().any(|(span, _)| meant(span.start)) {
        return Vec::new();
    }
    let mut found: Vec<Mention> = spans(&folded, &wording.phrases, false)
        .into_iter()
        .filter(|(span, _)| meant(span.start))
        .map(|(span, phrase)| Mention { phrase: phrase.to_owned(), quote: folded.quote(&span), span })
        .collect();
    found.sort_by(|a, b| {
        (a.span.start, std::cmp::Reverse(a.span.end), &a.phrase).cmp(&(
            b.span.start,
            std::cmp::Reverse(b.span.end),
            &b.phrase,
        ))
    });
    // One sentence is quoted once.
    let mut kept: Vec<Mention> = Vec::new();
    for mention in found {
        if kept
            .iter()
            .all(|k| k.quote != mention.quote && (mention.span.start >= k.span.end || mention.span.end <= k.span.start))
        {
            kept.push(mention);
        }
    }
    kept
}

/// Where one of the phrases of a list stands in `text`.
pub fn names_any(text: &str, phrases: &Languages) -> bool {
    !spans(&Folded::new(text), phrases, false).is_empty()
}

/// Places of all phrases; a passing wording swallows the phrases inside it.
fn spans<'w>(text: &Folded<'_>, phrases: &'w Languages, exact: bool) -> Vec<(std::ops::Range<usize>, &'w str)> {
    phrases
        .values()
        .flatten()
        .flat_map(|phrase| text.find(phrase, exact).into_iter().map(move |span| (span, phrase.as_str())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str, phrase: &str) -> Vec<String> {
        Folded::new(text).find(phrase, false).into_iter().map(|span| text[span].to_owned()).collect()
    }

    fn wording(phrases: &[&str], in_passing: &[&str], unless: &[&str]) -> Wording {
        let words =
            |list: &[&str]| Languages::from([("en".to_owned(), list.iter().map(|s| (*s).to_owned()).collect())]);
        Wording {
            id: "w".into(),
            title: "w".into(),
            phrases: words(phrases),
            in_passing: words(in_passing),
            unless: words(unless),
            cite: None,
            place: Default::default(),
        }
    }

    /// [`Folded::match_at`] over all lengths.
    fn plain_match(text: &Folded<'_>, from: usize, wanted: &[char], slips: usize, open_end: bool) -> Option<usize> {
        let window = &text.letters[from..text.letters.len().min(from + wanted.len() + slips)];
        let mut row: Vec<usize> = (0..=window.len()).collect();
        for (i, &letter) in wanted.iter().enumerate() {
            let mut diagonal = row[0];
            row[0] = i + 1;
            for j in 1..=window.len() {
                let substituted = diagonal + usize::from(window[j - 1].folded != letter);
                diagonal = row[j];
                row[j] = substituted.min(row[j] + 1).min(row[j - 1] + 1);
            }
        }
        (1..=window.len())
            .filter(|&length| row[length] <= slips && (open_end || window[length - 1].ends_word))
            .min_by_key(|&length| (row[length], std::cmp::Reverse(length)))
            .map(|length| from + length)
    }

    proptest::proptest! {
        #[test]
        fn lengths_that_cost_too_much_are_not_looked_at(
            text in "[abc ]{0,14}", wanted in "[abc]{1,10}", slips in 0usize..=MOST_SLIPS, open_end: bool
        ) {
            let folded = Folded::new(&text);
            let wanted: Vec<char> = wanted.chars().collect();
            for from in 0..folded.letters.len() {
                let plain = plain_match(&folded, from, &wanted, slips, open_end);
                proptest::prop_assert_eq!(folded.match_at(from, &wanted, slips, open_end), plain);
            }
        }
    }

    #[test]
    fn case_accents_punctuation_and_spacing_do_not_count() {
        assert_eq!(places("PRESENTO UNA  QUEJA.", "presentó una queja"), ["PRESENTO UNA  QUEJA"]);
        assert_eq!(places("OFFICE CALLE D AND MAILED", "office called and mailed"), ["OFFICE CALLE D AND MAILED"]);
        assert_eq!(places("non compliance", "non-compliance"), ["non compliance"]);
    }

    #[test]
    fn a_long_phrase_may_be_a_letter_off_and_a_short_one_may_not() {
        assert_eq!(places("Member fi1ed a complaint today", "filed a complaint"), ["fi1ed a complaint"]);
        assert!(places("he called the office", "we called").is_empty());
    }

    #[test]
    fn a_match_is_whole_words_unless_the_phrase_is_open() {
        assert!(places("crude tools", "rude to").is_empty());
        assert!(places("rude tone", "rude to").is_empty());
        assert_eq!(places("reminders sent", "remind*"), ["remind"]);
        assert!(places("unreminded", "remind*").is_empty());
    }

    #[test]
    fn other_words_of_the_sentence_may_stand_in_a_gap() {
        let found = |text| places(text, "terminat* ... agreement");
        assert_eq!(
            found("We hereby terminate the Provider Portal\nagreement on May 1"),
            ["terminate the Provider Portal\nagreement"]
        );
        assert_eq!(found("termination agreement"), ["termination agreement"]);
        assert!(found("We terminate him. The agreement stands.").is_empty(), "another sentence");
        assert!(found("terminate one two three four five six seven agreement").is_empty(), "too far");
        assert!(found("the agreement was terminated").is_empty(), "another order");
        assert!(places("anything", "... anything").is_empty());
    }

    #[test]
    fn words_in_passing_and_worse_words_silence_a_phrase() {
        let complaint = wording(&["complaint against"], &["no complaint against"], &["lawsuit"]);
        assert_eq!(
            mentions("He filed a complaint against us. He left.", &complaint)[0].quote,
            "He filed a complaint against us"
        );
        assert!(mentions("There is no complaint against us", &complaint).is_empty());
        assert!(mentions("complaint against us and a lawsuit", &complaint).is_empty());
        let calm = wording(&["complaint against"], &["no lawsuit"], &["lawsuit"]);
        assert_eq!(mentions("complaint against us, no lawsuit", &calm).len(), 1);
    }

    #[test]
    fn long_text_without_a_stop_is_quoted_short_and_nothing_panics() {
        let text = format!("{} complaint against {}", "é ".repeat(200), "ñ ".repeat(200));
        let found = mentions(&text, &wording(&["complaint against"], &[], &[]));
        assert!(found[0].quote.chars().count() < 140, "{}", found[0].quote);
        assert!(mentions("", &wording(&["x"], &[], &[])).is_empty());
    }
}

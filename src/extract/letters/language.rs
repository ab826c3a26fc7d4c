//! The language of a page: English, Spanish or Hmong, from frequent words, joined letter runs and the tone letters of Hmong syllables.
//!
//! Spacing varies in Hmong even within one publisher, and readers' dictionaries spoil it: so letter runs are also counted with spaces
//! removed, and syllables that end in a tone letter (RPA: b m d j v s g, w as a vowel) speak for it.

use crate::extract::fuzzy::fold;
use crate::extract::page_text::PageText;
use crate::rules::phrases::{Language, LanguageWords};

/// Tell-tale words that must be seen before a language is named.
const LEAST_HITS: f32 = 4.0;
/// How far ahead of the next language the named one must be.
const LEAD: f32 = 1.3;

/// How much speaks for a language.
#[derive(Clone, Debug, PartialEq)]
pub struct LanguageScore {
    pub id: String,
    /// Tell-tale words, each counted once where several languages share it by half.
    pub hits: f32,
    /// `hits` a word of the page.
    pub share: f32,
}

/// The language of the lines given, when one is well ahead; none when too little could be read to tell.
pub fn detect_language(text: &PageText, words: &LanguageWords) -> Option<String> {
    let scores = scores(text, words);
    let (best, rest) = scores.split_first()?;
    // A letter in two columns is written for who reads the other language than the office's, which is the pack's first.
    let office = words.languages.first().map(|language| language.id.as_str());
    let other = scores.iter().find(|score| Some(score.id.as_str()) != office);
    if let Some(other) = other
        && other.hits >= 2.0 * LEAST_HITS
        && other.hits * 2.0 >= best.hits
        && (best.id == other.id || Some(best.id.as_str()) == office)
        && scores.iter().filter(|score| score.hits >= 2.0 * LEAST_HITS).count() == 2
    {
        return Some(other.id.clone());
    }
    let second = rest.first().map_or(0.0, |s| s.hits);
    (best.hits >= LEAST_HITS && best.hits >= second * LEAD).then(|| best.id.clone())
}

/// Whether words of another language than the office's stand on the page: it must be read with that language's data.
pub fn is_foreign(text: &PageText, words: &LanguageWords) -> bool {
    let office = words.languages.first().map(|language| language.id.as_str());
    scores(text, words).iter().any(|score| Some(score.id.as_str()) != office && score.hits >= LEAST_HITS)
}

/// All languages, best first.
pub fn scores(text: &PageText, words: &LanguageWords) -> Vec<LanguageScore> {
    let tokens: Vec<String> =
        text.words().iter().flat_map(|w| w.text.split(['/', '-', ','])).map(fold).filter(|t| !t.is_empty()).collect();
    let count = tokens.iter().filter(|t| t.chars().any(|c| c.is_ascii_alphabetic())).count().max(1) as f32;
    let mut scores: Vec<LanguageScore> = words
        .languages
        .iter()
        .map(|language| {
            let hits = word_hits(&tokens, language, words) + joined_hits(text, language) + tone_hits(&tokens, language);
            LanguageScore { id: language.id.clone(), hits, share: hits / count }
        })
        .collect();
    // Stable: languages with equal hits keep the pack's order.
    scores.sort_by(|a, b| b.hits.total_cmp(&a.hits));
    scores
}

fn word_hits(tokens: &[String], language: &Language, all: &LanguageWords) -> f32 {
    tokens
        .iter()
        .filter(|token| language.words.contains(token))
        .map(|token| {
            let shared = all.languages.iter().filter(|other| other.words.contains(token)).count();
            1.0 / shared.max(1) as f32
        })
        .sum()
}

fn joined_hits(text: &PageText, language: &Language) -> f32 {
    language.joined.iter().map(|run| text.letters().matches(run.as_str()).count() as f32).sum::<f32>() * 2.0
}

/// Syllables that end in a tone letter behind a vowel, where they are so many that the text can only be RPA.
fn tone_hits(tokens: &[String], language: &Language) -> f32 {
    let Some(tones) = &language.tones else { return 0.0 };
    let words: Vec<&String> =
        tokens.iter().filter(|t| t.len() >= 2 && t.chars().all(|c| c.is_ascii_lowercase())).collect();
    if words.len() < 10 {
        return 0.0;
    }
    let toned = words
        .iter()
        .filter(|word| {
            let mut back = word.chars().rev();
            let last = back.next().is_some_and(|c| tones.contains(c));
            last && back.next().is_some_and(|c| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'w'))
        })
        .count() as f32;
    // English and Spanish prose stays below three in ten (is, as, los, las).
    if toned / words.len() as f32 >= 0.38 { toned * 0.5 } else { 0.0 }
}

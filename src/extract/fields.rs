//! Reading the fields of a fitted form.
//!
//! In passes, so that a line reader sees all its crops at once: measure what is written in each zone, have the readers
//! read it, settle each field by vote. Numbers on a form that was filled by hand go to the digit reader too, with or without a second reader.

mod blanks;
mod parts;

use blanks::{has_date_below, has_pen_stroke_near, has_rival, is_no_sure_blank, unclaimed};
use chrono::NaiveDate;
use image::GrayImage;

use super::combs::{spaced, words_in_cells};
use super::digits::{self, DigitAnswer};
use super::fuzzy::is_near;
use super::ink::{Presence, ZoneInk, closed_up, cut_line, measure};
use super::labels::{Label, Print, Target};
use super::meaning::{Meanings, read_value};
use super::placing::{Placed, shared};
use super::sheet::{Sheet, Token};
use super::small_marks::restored;
use super::stated::{is_signed, texts_in};
use super::suits::{behind_label, is_telling, suits, without_cells};
use super::twins::Figures;
use super::values::{npi_is_valid, read_name};
use super::vote::{Ballot, FormatFit, Meaning, elect};
use super::zones::Placement;
use crate::answer::{Confidence, Reading};
use crate::decode::{FormFieldValue, FormValue};
use crate::geometry::Rect;
use crate::ocr::decode::{Decoded, decode, score, share};
use crate::ocr::format::Format;
use crate::ocr::{LineReader, LineReading};
use crate::page::{Component, PreparedPage};
use crate::reading::{FieldReading, Hand, Reader, ReaderAnswer, Value};
use crate::rules::{FieldKind, FormDefinition};

/// What the fields of a page are read from.
pub struct FieldSource<'a> {
    pub page: &'a PreparedPage,
    pub number: u32,
    pub sheet: &'a Sheet,
    pub labels: &'a [Label],
    pub print: &'a Print,
    pub form_values: &'a [FormValue],
    /// Words come from the file's own text layer, not from pixels.
    pub text_layer: bool,
    pub meanings: &'a Meanings<'a>,
}

impl FieldSource<'_> {
    /// The words in `zone` that are not the form's, and what the file's own fields say there.
    fn text_in(&self, zone: &Rect) -> String {
        let written = self.print.written_in(self.sheet, zone);
        join(self.words(&written).chain(texts_in(self.form_values, zone).into_iter().map(|(_, text)| text)))
    }

    /// How sure the reader was of the words in `zone` that are not the form's, by letters: 1 where there are none.
    fn surety_in(&self, zone: &Rect) -> f32 {
        self.surety_of(&self.print.written_in(self.sheet, zone)).unwrap_or(1.0)
    }

    /// How sure the reader was of words, by letters; `None` without any.
    fn surety_of(&self, tokens: &[usize]) -> Option<f32> {
        let mut letters = 0.0;
        let mut sum = 0.0;
        for &t in tokens {
            let token = &self.sheet.tokens[t];
            let n = token.text.chars().count() as f32;
            letters += n;
            sum += n * token.confidence;
        }
        (letters > 0.0).then(|| sum / letters)
    }

    fn words<'s>(&'s self, tokens: &'s [usize]) -> impl Iterator<Item = &'s str> {
        tokens.iter().map(|&t| self.sheet.tokens[t].text.as_str())
    }
}

/// A placed field with what is written in its zone.
struct Written<'a> {
    placed: &'a Placed<'a>,
    kind: FieldKind,
    ink: ZoneInk,
    /// The page reader's tokens in the zone.
    tokens: Vec<usize>,
    /// The second reader's lines.
    second: Vec<LineReading>,
    /// The digit reader's lines; none where the writing is typed and nobody doubts it.
    digits: Vec<LineReading>,
    hand: Hand,
    /// The zone is blank, and something that is nobody's stands in another place where the value may be.
    contested: bool,
}

/// Reads every placed field; `second` is the second reader and `digits` the digit reader, when there are such.
pub fn read_fields(
    form: &FormDefinition,
    placed: &[Placed<'_>],
    source: &FieldSource<'_>,
    mut second: Option<&mut (dyn LineReader + '_)>,
    mut digits: Option<&mut (dyn LineReader + '_)>,
) -> Vec<FieldReading> {
    let chosen = one_label_each(form, placed, source);
    let printed = &source.print.rects;
    let options =
        source.labels.iter().filter(|l| matches!(l.target, Target::Option(..) | Target::Heading(_))).map(|l| l.rect);
    let prose = |p: &Placed<'_>| form.fields[p.field].kind.is_paragraph();
    // A place whose text has another shape than its field's values is hardly that field's: it makes no blank sure.
    let is_own = |p: &&&Placed<'_>| {
        let kind = form.fields[p.field].kind;
        let text = source.text_in(&p.zone.rect);
        !is_telling(kind) || text.is_empty() || suits(kind, &text) >= 0.0
    };
    let claimed: Vec<Rect> =
        chosen.iter().filter(|p| !prose(p)).filter(is_own).map(|p| p.zone.rect).chain(options).collect();
    let claimed_by_prose: Vec<Rect> = chosen.iter().filter(|p| prose(p)).map(|p| p.zone.rect).collect();
    let mut written: Vec<Written<'_>> = chosen
        .into_iter()
        .map(|placed| {
            let zone = placed.zone.rect;
            let kind = form.fields[placed.field].kind;
            let mut tokens = source.print.written_in(source.sheet, &zone);
            let letter = source.sheet.letter_height;
            let others = match kind {
                FieldKind::Ink => source.sheet.print_into(&zone),
                FieldKind::Lines | FieldKind::DateList => {
                    let is_dates = kind == FieldKind::DateList;
                    let print =
                        if is_dates { source.sheet.captions(&tokens) } else { source.sheet.row_numbers(&tokens) };
                    tokens.retain(|token| !print.contains(token));
                    print.iter().map(|&token| source.sheet.tokens[token].rect).collect()
                }
                _ => Vec::new(),
            };
            let mut ink = measure(source.page, &zone, &[printed.as_slice(), &others].concat(), letter);
            // What stands between the blanks of a list is a row of commas.
            let is_low = |extent: &Rect| extent.height() * 2 <= letter;
            if kind == FieldKind::DateList && !ink.worn && ink.extent.as_ref().is_some_and(is_low) {
                ink.presence = Presence::Blank;
            }
            // The room for prose reaches down to the next label, and may take in a signature over its own.
            let prose = if kind == FieldKind::Ink { [].iter() } else { claimed_by_prose.iter() };
            let taken: Vec<Rect> = claimed.iter().chain(prose).copied().collect();
            let contested = ink.presence == Presence::Blank && has_rival(placed, kind, &taken, source);
            let (second, digits, hand) = (Vec::new(), Vec::new(), Hand::Unknown);
            Written { placed, kind, ink, tokens, second, digits, hand, contested }
        })
        .collect();
    for field in written.iter_mut().filter(|w| w.kind == FieldKind::Ink && w.ink.presence == Presence::Blank) {
        field.contested |= has_pen_stroke_near(&field.placed.label.rect, &claimed, source);
    }
    // What stands in the place of another label of a field is that field's once more: the date beside the signature.
    let again = placed
        .iter()
        .map(|p| (form.fields[p.field].kind, p.zone.rect))
        .filter(|(kind, zone)| suits(*kind, &source.text_in(zone)) >= 0.5)
        .map(|(_, zone)| zone);
    let zones: Vec<Rect> = written.iter().map(|w| w.placed.zone.rect).chain(again).collect();
    let lost = unclaimed(&written, &zones, source);
    for field in written.iter_mut().filter(|w| w.ink.presence == Presence::Blank) {
        field.contested |= is_no_sure_blank(field, &lost, &zones, source);
    }
    if let Some(reader) = second.as_mut()
        && !source.text_layer
    {
        second_reading(&mut written, source, &mut **reader);
    }
    let hand = typed_or_hand(&mut written, source);
    if let Some(reader) = digits.as_mut()
        && !source.text_layer
    {
        digit_reading(&mut written, source, &mut **reader);
    }
    let mut readings: Vec<FieldReading> =
        written.iter().map(|w| settle(&form.fields[w.placed.field].id, w, source)).collect();
    for (_, reading) in written.iter().zip(&mut readings).filter(|(field, _)| field.kind == FieldKind::Name) {
        if matches!(reading.reading.value(), Some(Value::Text(text)) if is_label_again(form, text) || is_number(text)) {
            reading.reading = Reading::Unreadable;
            reading.confidence = Confidence::NONE;
            reading.alternatives.clear();
        }
    }
    for (field, reading) in written.iter().zip(&mut readings).filter(|(field, _)| field.kind == FieldKind::Name) {
        if !source.text_layer && is_own_blank(form, field.placed, placed, source) {
            reading.confidence = Confidence::new(reading.confidence.get().min(UNLABELLED));
        }
    }
    for (field, reading) in written.iter().zip(&mut readings).filter(|(field, _)| field.kind == FieldKind::Name) {
        // A name of one word, or in single letters, is not all of it, whoever agrees on it, unless that is what the form asks for.
        let is_whole = form.fields[field.placed.field].part_of.is_none();
        let is_part = is_whole && !source.text_layer && !reading.raw.is_empty() && !read_name(&reading.raw).certain;
        if is_part || is_cut(field, source) {
            reading.confidence = Confidence::new(reading.confidence.get().min(UNLABELLED));
        }
    }
    for (field, reading) in written.iter().zip(&mut readings).filter(|(field, _)| field.kind == FieldKind::DateList) {
        if !reading.reading.is_blank() && has_date_below(&field.placed.label.rect, &zones, source) {
            reading.confidence = Confidence::new(reading.confidence.get().min(UNLABELLED));
        }
    }
    readings.extend(unlabelled(form, &written, &lost, source, hand));
    parts::joined(form, readings)
}

/// Whether a word that is no print stands right before the first one of a value: the place begins too late.
fn is_cut(field: &Written<'_>, source: &FieldSource<'_>) -> bool {
    let sheet = source.sheet;
    let Some(&first) = field.tokens.first() else { return false };
    let row = &sheet.rows[sheet.tokens[first].row];
    let Some(before) = row.iter().position(|&t| t == first).and_then(|at| at.checked_sub(1)) else { return false };
    let (token, first) = (&sheet.tokens[row[before]], &sheet.tokens[first]);
    let near = first.rect.left - token.rect.right <= sheet.letter_height * 8 / 10;
    token.is_word()
        && near
        && !first.starts_segment
        && !token.text.ends_with(':')
        && source.print.is_written(row[before])
}

/// Whether a name is a label of the form, misread: it stands where the name should, and nobody is called that.
fn is_label_again(form: &FormDefinition, name: &str) -> bool {
    let labels = form.fields.iter().flat_map(|field| &field.labels);
    labels.filter(|label| label.split_whitespace().count() >= 2).any(|label| is_near(label, name, LABEL_AGAIN))
}

/// Whether what stands in a name's place is a number: a neighbour's value, and nobody's name.
fn is_number(name: &str) -> bool {
    name.chars().filter(char::is_ascii_digit).count() > name.chars().filter(|c| c.is_alphabetic()).count()
}

/// Distance a letter up to which a name is a label.
const LABEL_AGAIN: f32 = 0.15;

/// Fields whose labels were not found, where values of their shape stand among the form's fields and are nobody's.
///
/// An id or an NPI that passes its check is the field's, for a person to confirm; a phone number may be any of several fields, so each
/// that is missing is unreadable rather than not there.
fn unlabelled(
    form: &FormDefinition,
    written: &[Written<'_>],
    segments: &[(String, Rect)],
    source: &FieldSource<'_>,
    hand: Hand,
) -> Vec<FieldReading> {
    let rows: Vec<Rect> = written
        .iter()
        .filter(|w| !matches!(w.kind, FieldKind::Block | FieldKind::Lines | FieldKind::Ink | FieldKind::DateList))
        .map(|w| w.placed.label.rect.union(&w.placed.zone.rect))
        .collect();
    let Some(body) = Rect::bounding(&rows) else { return Vec::new() };
    // The row under the last known one may be a field's too; above the first one stand the plan's own numbers.
    let letter = source.sheet.letter_height;
    let body = Rect { bottom: body.bottom + 5 * letter, ..body.inflate(letter, 2 * letter) };
    let taken: Vec<usize> = written.iter().flat_map(|w| w.tokens.iter().copied()).collect();
    // A number in a sentence over the fields ("fax to Provider Services at …") is the plan's, and so is one that the pack knows.
    let is_plans = |i: usize| {
        let text = |at: usize| source.sheet.tokens.get(at).map_or("", |token| token.text.as_str());
        let pairs = [(i.wrapping_sub(1), i), (i, i), (i, i + 1)];
        if pairs.iter().any(|&(a, b)| source.meanings.is_plans(&join([text(a), text(b)].into_iter()))) {
            return true;
        }
        let above = rows.iter().filter(|row| row.top < source.sheet.tokens[i].rect.top).count();
        source.text_layer && above <= 1 && source.sheet.words_before(i) >= SENTENCE
    };
    let free: Vec<&Token> = source
        .sheet
        .tokens
        .iter()
        .enumerate()
        .filter(|(i, t)| !taken.contains(i) && body.holds(&t.rect) && !is_plans(*i))
        .map(|(_, t)| t)
        .collect();
    let stated = source.form_values.iter().filter_map(|value| match &value.value {
        FormFieldValue::Text(text) if !rows.iter().any(|row| row.holds(&value.rect)) => {
            Some((text.as_str(), value.rect, 1.0))
        }
        _ => None,
    });
    let free: Vec<(&str, Rect, f32)> =
        free.into_iter().map(|t| (t.text.as_str(), t.rect, t.confidence)).chain(stated).collect();
    // A number of ten figures in a place for text ("Fax" read as "Tax") is no text: it may be what is missing. An employer's has nine.
    let misplaced = written
        .iter()
        .filter(|w| w.kind == FieldKind::Text)
        .map(|w| (join(source.words(&w.tokens)), w.placed.zone.rect));
    let misplaced: Vec<(String, Rect)> =
        misplaced.filter(|(text, _)| text.chars().filter(char::is_ascii_digit).count() >= PHONE_FIGURES).collect();
    let found_at = |id: &str, zone: Rect| FieldReading {
        hand,
        zone,
        ink: Some(zone),
        ..FieldReading::new(id, Reading::Unreadable, Confidence::NONE, source.number)
    };
    let offered = |id: &str, rect: Rect, text: &str, value: Value, confidence: f32| {
        let reader = if source.text_layer { Reader::TextLayer } else { Reader::Tesseract };
        let confidence = Confidence::new(confidence);
        FieldReading {
            reading: Reading::Read(value),
            confidence,
            raw: text.to_owned(),
            answers: vec![ReaderAnswer { reader, text: text.to_owned(), confidence }],
            ..found_at(id, rect)
        }
    };
    let missing = form.fields.iter().enumerate().filter(|(i, _)| !written.iter().any(|w| w.placed.field == *i));
    let number_of = |kind: FieldKind| missing.clone().filter(|(_, field)| field.kind == kind).count();
    let (dates_missing, phones_missing) = (number_of(FieldKind::Date), number_of(FieldKind::Phone));
    missing
        .filter_map(|(_, field)| match field.kind {
            FieldKind::MemberId | FieldKind::Npi => {
                let mut found = free.iter().filter_map(|(text, rect, confidence)| {
                    let meaning = read_value(field.kind, text, source.meanings)?;
                    (meaning.format == FormatFit::Checked && !meaning.repaired).then_some((
                        meaning.value,
                        *text,
                        *rect,
                        *confidence,
                    ))
                });
                let (value, text, rect, confidence) = found.next()?;
                if found.any(|(other, ..)| other != value) {
                    return None;
                }
                Some(offered(&field.id, rect, text, value, confidence.min(UNLABELLED)))
            }
            FieldKind::Phone => {
                let is_phone = |text: &str| {
                    let text = without_cells(text);
                    // "Group NPI 1755607979": a number that passes as one is no telephone's.
                    let is_npi = npi_is_valid(text.trim());
                    text.len() < 20
                        && suits(FieldKind::Phone, &text) >= 1.0
                        && !is_npi
                        && !source.meanings.is_plans(&text)
                };
                // In the place of a misread label, and the only telephone that has none: most likely its own.
                if let [(text, rect)] = misplaced.as_slice()
                    && phones_missing == 1
                    && is_phone(text)
                    && let Some(meaning) = read_value(field.kind, text, source.meanings)
                    && meaning.format != FormatFit::Misfit
                {
                    return Some(offered(&field.id, *rect, text, meaning.value, UNLABELLED));
                }
                let orphans = free.iter().map(|(text, rect, _)| (*text, *rect));
                let others = misplaced.iter().chain(segments).map(|(text, rect)| (text.as_str(), *rect));
                let mut numbers = orphans.chain(others);
                let (_, rect) = numbers.find(|(text, _)| is_phone(text))?;
                Some(found_at(&field.id, rect))
            }
            // "bos: 7/1/1993": the only date that is nobody's, where the form lacks a single one.
            FieldKind::Date if dates_missing == 1 => {
                let mut dates = segments.iter().filter_map(|(text, rect)| {
                    let text = text.split_once(':').map_or(text.as_str(), |(_, value)| value).trim();
                    let is_date = suits(FieldKind::Date, text) >= 1.0;
                    let meaning = read_value(field.kind, text, source.meanings).filter(|_| is_date)?;
                    (meaning.format != FormatFit::Misfit).then_some((meaning.value, text, *rect))
                });
                let (value, text, rect) = dates.next()?;
                dates.next().is_none().then(|| offered(&field.id, rect, text, value, UNLABELLED))
            }
            FieldKind::DateList => {
                let mut lists = segments.iter().filter_map(|(text, rect)| {
                    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
                    let figures = text.chars().filter(char::is_ascii_digit).count();
                    let value = read_value(field.kind, text, source.meanings)?.value;
                    let is_list = letters < figures && matches!(&value, Value::Dates(dates) if dates.len() >= 2);
                    is_list.then_some((value, text, *rect))
                });
                let (value, text, rect) = lists.next()?;
                lists.next().is_none().then(|| offered(&field.id, rect, text, value, UNLABELLED))
            }
            _ => None,
        })
        .collect()
}

/// Figures of a telephone number with its area code.
const PHONE_FIGURES: usize = 10;

/// Words before a number from which they are a sentence.
const SENTENCE: usize = 4;

/// Most that a value without its label is worth: below any threshold at which nobody looks.
const UNLABELLED: f32 = 0.6;

/// One label a field: the most telling wording; of equal ones the one with something written beside it.
fn one_label_each<'a>(
    form: &FormDefinition,
    placed: &'a [Placed<'a>],
    source: &FieldSource<'_>,
) -> Vec<&'a Placed<'a>> {
    let blocks: Vec<Rect> =
        placed.iter().filter(|p| form.fields[p.field].kind == FieldKind::Block).map(|p| p.zone.rect).collect();
    // "Print name" beside a signature is the signer's: where a text is exact, a field of the provider's own says whether the name is given.
    let is_signers = |p: &Placed<'_>| source.text_layer && is_signers(form, p, source);
    (0..form.fields.len())
        .flat_map(|field| {
            if let Some(several) = places_of_list(form, field, placed, source, &blocks) {
                return several;
            }
            let of_provider = |p: &Placed<'_>| p.field == field && !p.label.ambiguous && !is_signers(p);
            let has_own = placed.iter().any(of_provider);
            let best = placed.iter().filter(|p| p.field == field && !(has_own && is_signers(p))).max_by_key(|p| {
                let text = source.text_in(&p.zone.rect);
                let (kind, fit) = (form.fields[field].kind, suits(form.fields[field].kind, &text));
                let suited = fit >= 0.5;
                let is_list = kind == FieldKind::DateList;
                // A value tells more than the words of another label; advice under a heading is no list of dates.
                let worded = (
                    !(text.is_empty() || is_list && fit < 0.0),
                    !is_list && !source.sheet.tokens_in(&p.zone.rect).is_empty(),
                    if is_list { (p.zone.structure * 2.0) as i32 } else { 0 },
                );
                let in_prose = blocks.iter().any(|block| block.holds(&p.label.rect));
                // "Date of request" says more than "Date"; beyond that length says nothing. A word that is only like a label ("Physical")
                // says less than a shorter one to the letter ("PCP name").
                let telling = p.label.letters.min(8) as i32 - if p.label.distance > 0.0 { 2 } else { 0 };
                (suited && !in_prose, !in_prose, telling, worded, std::cmp::Reverse(p.label.rect.top))
            });
            best.into_iter().collect()
        })
        .collect()
}

/// The places of a list whose entries have a label each, "First missed visit" and "Second missed visit", all of which are read; `None`
/// where fewer than two hold what suits a list.
fn places_of_list<'a>(
    form: &FormDefinition,
    field: usize,
    placed: &'a [Placed<'a>],
    source: &FieldSource<'_>,
    blocks: &[Rect],
) -> Option<Vec<&'a Placed<'a>>> {
    let kind = form.fields[field].kind;
    if kind != FieldKind::DateList {
        return None;
    }
    let own = placed.iter().filter(|p| p.field == field && !blocks.iter().any(|block| block.holds(&p.label.rect)));
    let own: Vec<(&Placed<'_>, bool)> = own
        .map(|p| {
            let stated = texts_in(source.form_values, &p.zone.rect).into_iter().map(|(_, text)| text);
            let text = join(std::iter::once(source.text_in(&p.zone.rect).as_str()).chain(stated));
            (p, suits(kind, &text) >= 0.5)
        })
        .collect();
    let is_apart = |p: &Placed<'_>, q: &Placed<'_>| shared(&p.zone.rect, &q.zone.rect) < 0.5;
    // Labels of one wording: the heading over them all has another.
    let alike = |p: &Placed<'_>, q: &Placed<'_>| p.label.letters.abs_diff(q.label.letters) <= NUMBERED;
    own.iter().filter(|(_, suited)| *suited).find_map(|(first, _)| {
        let several: Vec<&Placed<'_>> = own
            .iter()
            .map(|(p, _)| *p)
            .filter(|p| std::ptr::eq(*p, *first) || alike(p, first) && is_apart(p, first))
            .collect();
        let suited = own.iter().filter(|(p, suited)| *suited && several.iter().any(|q| std::ptr::eq(*p, *q)));
        (suited.count() >= 2).then_some(several)
    })
}

/// Letters by which the labels of a list's entries differ at the most: "First", "Second".
const NUMBERED: usize = 3;

/// Whether a name's label stands beside a signature's: "Print name" is the signer's.
fn is_signers(form: &FormDefinition, placed: &Placed<'_>, source: &FieldSource<'_>) -> bool {
    let is_ink = |l: &Label| matches!(l.target, Target::Field(i) if form.fields[i].kind == FieldKind::Ink);
    let beside = |l: &Label| l.rect.overlap_y(&placed.label.rect) * 2 > placed.label.rect.height();
    form.fields[placed.field].kind == FieldKind::Name && source.labels.iter().any(|l| is_ink(l) && beside(l))
}

/// Whether another place of a field, under a label that was read to the letter, is blank, while `chosen` is only the signer's: the name may
/// have been left out, and a person says whether the signer's is enough.
fn is_own_blank(form: &FormDefinition, chosen: &Placed<'_>, placed: &[Placed<'_>], source: &FieldSource<'_>) -> bool {
    let is_blank = |p: &Placed<'_>| {
        measure(source.page, &p.zone.rect, &source.print.rects, source.sheet.letter_height).presence == Presence::Blank
    };
    let own = |p: &Placed<'_>| p.field == chosen.field && p.label.distance == 0.0 && !p.label.ambiguous;
    is_signers(form, chosen, source)
        && placed.iter().any(|p| own(p) && !is_signers(form, p, source) && p.zone.structure >= 0.85 && is_blank(p))
}

fn second_reading(written: &mut [Written<'_>], source: &FieldSource<'_>, reader: &mut (dyn LineReader + '_)) {
    let mut crops = Vec::new();
    let mut owners = Vec::new();
    for (index, field) in written.iter().enumerate() {
        let wanted = match field.kind {
            FieldKind::Ink => false,
            // A narrative is read again only where the page reader is unsure of it.
            FieldKind::Block | FieldKind::Lines => mean_confidence(field, source) < 0.8,
            _ => true,
        };
        if !wanted || field.ink.presence == Presence::Blank {
            continue;
        }
        for picture in crops_of(field, source, true) {
            crops.push(picture);
            owners.push(index);
        }
    }
    // A failed second reading leaves the first one standing: less sure, nothing lost.
    if let Ok(readings) = reader.read_lines(&crops) {
        for (owner, reading) in owners.into_iter().zip(readings) {
            written[owner].second.push(reading);
        }
    }
}

/// The parts of a line that gaps wider than `gap` set apart.
fn apart(line: &[Component], gap: i32) -> Vec<Vec<Component>> {
    let mut sorted = line.to_vec();
    sorted.sort_by_key(|c| (c.rect.left, c.rect.top));
    let mut parts: Vec<Vec<Component>> = Vec::new();
    let mut right = i32::MIN;
    for piece in sorted {
        match parts.last_mut() {
            Some(part) if piece.rect.left - right <= gap => part.push(piece),
            _ => parts.push(vec![piece]),
        }
        right = right.max(piece.rect.right);
    }
    parts
}

/// The digit reader's lines of the numeric fields; a failed reading leaves the others standing.
///
/// It knows hands. Among typed fields it is asked only where the others are in doubt: a form may be typed but for one number.
fn digit_reading(written: &mut [Written<'_>], source: &FieldSource<'_>, reader: &mut (dyn LineReader + '_)) {
    let wanted = |field: &&mut Written<'_>| {
        digits::is_numeric(field.kind)
            && field.ink.presence != Presence::Blank
            && (field.hand != Hand::Typed || is_doubtful(field, source))
    };
    for field in written.iter_mut().filter(wanted) {
        if let Ok(lines) = reader.read_lines(&crops_of(field, source, false)) {
            field.digits = lines;
        }
    }
}

/// Whether the page reader is unsure of a word of the field, or the second reader saw other characters.
fn is_doubtful(field: &Written<'_>, source: &FieldSource<'_>) -> bool {
    let characters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let first = || field.tokens.iter().map(|&t| &source.sheet.tokens[t]);
    let said: String = first().map(|token| characters(&token.text)).collect();
    let again: String = field.second.iter().map(|line| characters(&line.text)).collect();
    said.is_empty() || first().any(|token| token.confidence < DOUBTFUL) || (!again.is_empty() && again != said)
}

/// Confidence of the page reader below which a word of a typed field is in doubt.
const DOUBTFUL: f32 = 0.75;

/// The lines of a field, cut out for a line reader. The second reader wants the characters of cells moved together; the digit reader learned
/// them as they stand.
fn crops_of(field: &Written<'_>, source: &FieldSource<'_>, close_up: bool) -> Vec<GrayImage> {
    let words: Vec<Rect> = field
        .tokens
        .iter()
        .map(|&t| &source.sheet.tokens[t])
        .filter(|token| token.confidence >= 0.5)
        .map(|token| token.rect)
        .collect();
    // The entries of a table or of a row of lines are read one by one: their order and their gaps are nobody's sentence.
    let lines: Vec<Vec<Component>> = if is_table(field) {
        field.ink.lines.iter().flat_map(|line| apart(line, 2 * source.sheet.letter_height)).collect()
    } else {
        field.ink.lines.clone()
    };
    let cut = |line: &Vec<Component>| {
        let extent = Rect::bounding(line.iter().map(|c| &c.rect)).unwrap_or_default();
        let own: Vec<Rect> = words.iter().copied().filter(|word| word.overlap_x(&extent) > 0).collect();
        cut_line(source.page, line, &own, &source.print.rects, source.sheet.letter_height)
    };
    let as_written = |picture: GrayImage| {
        let closed = if close_up && is_telling(field.kind) { closed_up(&picture) } else { None };
        closed.unwrap_or(picture)
    };
    lines.iter().filter_map(cut).map(|(picture, _)| as_written(picture)).collect()
}

fn mean_confidence(field: &Written<'_>, source: &FieldSource<'_>) -> f32 {
    source.surety_of(&field.tokens).unwrap_or(0.0)
}

/// Settles for each field whether it was typed or written by hand, and says it of the form.
///
/// Most forms are filled by one hand or one machine. The page reader is unsure of most handwriting, and figures without twins are by hand
/// however sure it is.
fn typed_or_hand(written: &mut [Written<'_>], source: &FieldSource<'_>) -> Hand {
    if source.text_layer {
        written.iter_mut().for_each(|field| field.hand = Hand::Typed);
        return Hand::Typed;
    }
    let there = |w: &Written<'_>| w.ink.presence == Presence::Present;
    let mut shares: Vec<f32> = written
        .iter()
        .filter(|w| !matches!(w.kind, FieldKind::Ink) && there(w))
        .map(|w| mean_confidence(w, source))
        .collect();
    shares.sort_by(f32::total_cmp);
    let by_confidence = match shares.get(shares.len() / 2) {
        Some(&median) if shares.len() >= 3 && median >= SURE_OF_TYPE => Hand::Typed,
        Some(_) if shares.len() >= 3 => Hand::Hand,
        _ => Hand::Unknown,
    };
    let mut figures = Figures::default();
    for (index, field) in written.iter().enumerate().filter(|(_, w)| digits::is_numeric(w.kind) && there(w)) {
        figures.add(index, &field.ink.lines, &source.page.writing);
    }
    let by_hand = figures.by_hand();
    let form = by_hand.form();
    let hand = if form == Some(true) { Hand::Hand } else { by_confidence };
    for (index, field) in written.iter_mut().enumerate() {
        field.hand = match by_hand.field(index) {
            Some(true) => Hand::Hand,
            // A typed number on a form that is written by hand.
            Some(false) if form == Some(true) => Hand::Typed,
            _ => hand,
        };
    }
    hand
}

/// The characters of each word of a name that stands in the cells of a comb: readers space them as the pen did.
fn cells_of(field: &Written<'_>, source: &FieldSource<'_>) -> Option<Vec<usize>> {
    let [line] = field.ink.lines.as_slice() else { return None };
    if field.kind != FieldKind::Name || source.text_layer {
        return None;
    }
    let writing: Vec<Rect> = line.iter().map(|c| c.rect).collect();
    words_in_cells(&source.page.rulings, &field.placed.zone.rect, &writing, source.sheet.letter_height)
}

/// Median confidence of the page reader in a form's fields from which they are typed, as far as it can tell.
const SURE_OF_TYPE: f32 = 0.78;

fn settle(id: &str, field: &Written<'_>, source: &FieldSource<'_>) -> FieldReading {
    let zone = field.placed.zone.rect;
    let mut reading = FieldReading {
        hand: field.hand,
        zone,
        ink: field.ink.extent,
        ..FieldReading::new(id, Reading::Blank, Confidence::CERTAIN, source.number)
    };
    if settle_stated(&mut reading, field, source) {
        return reading;
    }
    if field.kind == FieldKind::Ink {
        settle_signature(&mut reading, field, source);
        return reading;
    }
    let (first_text, second_text) = match field.kind {
        FieldKind::Lines => {
            let second: Vec<&str> = field.second.iter().map(|line| line.text.as_str()).collect();
            (in_rows(&field.tokens, source.sheet), second.join("\n"))
        }
        _ => (join(source.words(&field.tokens)), join(field.second.iter().map(|l| l.text.as_str()))),
    };
    let (first_text, second_text) = match cells_of(field, source) {
        Some(words) => [first_text, second_text].map(|text| spaced(&text, &words).unwrap_or(text)).into(),
        None => (first_text, second_text),
    };
    if source.text_layer && !first_text.is_empty() {
        reading.answers.push(ReaderAnswer {
            reader: Reader::TextLayer,
            text: first_text.clone(),
            confidence: Confidence::CERTAIN,
        });
    } else {
        if !first_text.is_empty() {
            let weakest = field.tokens.iter().map(|&t| source.sheet.tokens[t].confidence).fold(1.0f32, f32::min);
            reading.answers.push(ReaderAnswer {
                reader: Reader::Tesseract,
                text: first_text.clone(),
                confidence: Confidence::new(weakest),
            });
        }
        if !second_text.is_empty() {
            let weakest = field.second.iter().map(|l| l.confidence().get()).fold(1.0f32, f32::min);
            reading.answers.push(ReaderAnswer {
                reader: Reader::SecondReader,
                text: second_text.clone(),
                confidence: Confidence::new(weakest),
            });
        }
    }
    let by_digits = digits::answer(field.kind, &field.digits, source.meanings);
    if let Some(answer) = &by_digits {
        reading.answers.push(ReaderAnswer {
            reader: Reader::DigitReader,
            text: answer.text.clone(),
            confidence: answer.confidence,
        });
    }
    // The digit reader makes figures of headings, but hardly sure ones and none without strokes that it does not know.
    let is_made_up = |answer: &ReaderAnswer| {
        let known = answer.text.split_whitespace().filter(|word| !word.contains('*'));
        answer.reader == Reader::DigitReader
            && (answer.confidence.get() < SOME
                || !known.collect::<Vec<_>>().join(" ").chars().any(|c| c.is_ascii_digit()))
    };
    let is_heading = |answer: &ReaderAnswer| is_table(field) && (is_made_up(answer) || !has_date(&answer.text));
    let says_something = reading.answers.iter().any(|a| a.text.chars().any(char::is_alphanumeric) && !is_heading(a));
    if !says_something && is_table(field) && !reading.answers.is_empty() {
        // Column headings and row numbers, and nothing in the rows.
        reading.confidence = Confidence::new(mean_confidence(field, source).max(0.8));
        return reading;
    }
    // The sides of empty cells and the slashes between them are read as ones; a dash says that the office left the place empty.
    let read = reading.answers.iter().filter(|a| a.reader != Reader::DigitReader).map(|a| a.text.as_str());
    if is_telling(field.kind) && !source.text_layer && only_strokes(&read.collect::<String>()) {
        if (field.ink.presence != Presence::Blank && !few_strokes(&field.ink)) || field.contested || field.ink.worn {
            reading.confidence = Confidence::new(0.6);
        }
        return reading;
    }
    match (field.ink.presence, says_something) {
        (Presence::Blank, false) => {
            if field.contested {
                reading.confidence = Confidence::new(0.6);
            }
            return reading;
        }
        // Crumbs that no reader takes for a letter: most likely nothing, but a person should look.
        (Presence::Unclear, false) => {
            reading.confidence = Confidence::new(0.6);
            return reading;
        }
        (Presence::Present, false) => {
            reading.reading = Reading::Unreadable;
            reading.confidence = Confidence::NONE;
            return reading;
        }
        (_, true) => {}
    }
    if field.kind == FieldKind::Date
        && field.hand != Hand::Hand
        && let Some((text, confidence)) = no_day(&reading.answers)
    {
        reading.raw = text.clone();
        reading.reading = Reading::Read(Value::Text(text));
        reading.confidence = confidence;
        return reading;
    }
    let mut ballots: Vec<Ballot> = reading
        .answers
        .iter()
        .map(|answer| Ballot {
            reader: answer.reader,
            confidence: answer.confidence,
            meaning: match (answer.reader, &by_digits) {
                (Reader::DigitReader, Some(digits)) => digits.meaning.clone(),
                _ => read_written(field.kind, &answer.text, source.meanings),
            },
        })
        .collect();
    // Where the free reading is no value of the field's format, the best one that the same strokes allow takes its place.
    if let (Some(ballot), [line]) =
        (ballots.iter_mut().find(|b| b.reader == Reader::SecondReader), field.second.as_slice())
        && ballot.meaning.as_ref().is_none_or(|m| m.format == FormatFit::Misfit || m.repaired)
        && let Some((text, confidence)) = within_format(field.kind, line)
        && let Some(meaning) = read_value(field.kind, &text, source.meanings)
    {
        reading.answers.push(ReaderAnswer { reader: Reader::SecondReader, text, confidence });
        ballot.confidence = confidence;
        ballot.meaning = Some(meaning);
    }
    if field.kind == FieldKind::Block {
        return settle_block(reading, field, source);
    }
    reading.raw = if first_text.is_empty() { second_text } else { first_text };
    // Two values in one place: neither is the field's alone.
    let two = |ballot: &Ballot| {
        let figures = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
        ballot
            .meaning
            .as_ref()
            .is_some_and(|m| m.format == FormatFit::Misfit && figures(&m.value.to_column()) > LONGEST)
    };
    if matches!(field.kind, FieldKind::MemberId | FieldKind::Npi) && ballots.iter().all(two) {
        reading.reading = Reading::Unreadable;
        reading.confidence = Confidence::NONE;
        return reading;
    }
    match elect(&ballots, field.hand) {
        Some(mut elected) => {
            if let (FieldKind::Name, Value::Text(name)) = (field.kind, &mut elected.value)
                && !source.text_layer
            {
                let tokens: Vec<_> = field.tokens.iter().map(|&t| &source.sheet.tokens[t]).collect();
                *name = restored(name, &tokens, source.page);
            }
            reading.reading = Reading::Read(elected.value);
            reading.confidence = elected.confidence;
            reading.alternatives = elected.others;
            add_alternatives(&mut reading, by_digits);
        }
        None => {
            reading.reading = Reading::Unreadable;
            reading.confidence = Confidence::NONE;
        }
    }
    reading
}

/// What else the digit reader's ink allows: a roster can rank it.
fn add_alternatives(reading: &mut FieldReading, by_digits: Option<DigitAnswer>) {
    for other in by_digits.into_iter().flat_map(|answer| answer.others) {
        if reading.reading != Reading::Read(other.clone()) && !reading.alternatives.contains(&other) {
            reading.alternatives.push(other);
        }
    }
}

/// Characters above which an id or a provider's number is two values.
const LONGEST: usize = 14;

/// Confidence below which the digit reader saw no figures at all.
const SOME: f32 = 0.3;

/// Whether all that stands in a place is a few thin strokes: the printed slashes of a date, a side of a cell. No date or number is that short.
fn few_strokes(ink: &ZoneInk) -> bool {
    let strokes: Vec<&Component> = ink.lines.iter().flatten().collect();
    strokes.len() <= 3 && strokes.iter().all(|c| c.rect.width() * 5 <= c.rect.height() * 3)
}

/// Whether readers saw strokes and nothing else.
fn only_strokes(text: &str) -> bool {
    let is_stroke =
        |c: char| matches!(c, '1' | 'l' | 'I' | '|' | '/' | '\\' | '!' | '[' | ']' | '(' | ')' | '-' | '–' | '—' | '~');
    text.contains(is_stroke) && text.chars().filter(|c| c.is_alphanumeric() || is_stroke(*c)).all(is_stroke)
}

/// What an answer means in a field of `kind`; where it means nothing as it stands, without its words that hold no digit: a piece of the
/// label before a number, a note after it.
fn read_written(kind: FieldKind, text: &str, meanings: &Meanings<'_>) -> Option<Meaning> {
    let whole = read_value(kind, text, meanings);
    let fits = |meaning: &Option<Meaning>| meaning.as_ref().is_some_and(|m| m.format != FormatFit::Misfit);
    if kind == FieldKind::DateList {
        // Numbers of rows and headings of columns hide the dates beside them; but a remark ("cancelled") belongs to its date.
        let dated = read_value(kind, &dated_words(text), meanings);
        return if readable_dates(&dated) > readable_dates(&whole) && !has_excuse(&whole) {
            dated
        } else {
            whole.or(dated)
        };
    }
    // What is left of the sides of comb cells is read as a bar between two characters.
    if !fits(&whole) && text.matches('|').count() >= 2 {
        let freed = read_value(kind, &text.replace('|', " "), meanings);
        if fits(&freed) {
            return freed;
        }
    }
    if fits(&whole) || !matches!(kind, FieldKind::MemberId | FieldKind::Npi | FieldKind::Phone) {
        return whole;
    }
    let numbers = join(text.split_whitespace().filter(|word| word.contains(|c: char| c.is_ascii_digit())));
    let part = if numbers == text { None } else { read_value(kind, &numbers, meanings) };
    if fits(&part) { part } else { whole }
}

fn readable_dates(meaning: &Option<Meaning>) -> usize {
    match meaning.as_ref().map(|m| &m.value) {
        Some(Value::Dates(dates)) => dates.iter().filter(|d| d.date.is_some()).count(),
        _ => 0,
    }
}

fn has_excuse(meaning: &Option<Meaning>) -> bool {
    matches!(meaning.as_ref().map(|m| &m.value), Some(Value::Dates(dates)) if dates.iter().any(|d| d.excused))
}

fn is_table(field: &Written<'_>) -> bool {
    field.placed.zone.placement == Placement::BelowTable
}

/// Whether some word may be a date or a piece of one: figures that are no row number, or a doubtful mixture.
fn has_date(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        digits >= 3 || (digits >= 1 && word.contains(['/', '-']))
    })
}

/// The words of a table that look like dates in figures: its headings, row numbers and remarks are none.
fn dated_words(text: &str) -> String {
    let is_date = |word: &&str| {
        let parts = word.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()).count();
        parts >= 2 && !word.contains(char::is_alphabetic)
    };
    text.split_whitespace().filter(is_date).collect::<Vec<_>>().join("; ")
}

/// `2/30/2026`: figures that all readers agree on, in the shape of a date and no day of the calendar. The office's slip, not theirs.
fn no_day(answers: &[ReaderAnswer]) -> Option<(String, Confidence)> {
    let mut read = answers.iter().filter(|answer| answer.reader != Reader::DigitReader);
    let first = read.next()?;
    let others: Vec<&ReaderAnswer> = read.collect();
    let exact = first.reader == Reader::TextLayer;
    let agreed = exact || !others.is_empty() && others.iter().all(|other| other.text.trim() == first.text.trim());
    let text = first.text.trim();
    let parts: Vec<&str> = text.split(['/', '-']).collect();
    let [first_part, second_part, year] = parts.as_slice() else { return None };
    let figures = |part: &str, least: usize| part.len() >= least && part.bytes().all(|b| b.is_ascii_digit());
    if !agreed || !figures(first_part, 1) || !figures(second_part, 1) || !figures(year, 4) || text.len() > 10 {
        return None;
    }
    let (first_part, second_part, year) = (first_part.parse().ok()?, second_part.parse().ok()?, year.parse().ok()?);
    let is_day = |month, day| NaiveDate::from_ymd_opt(year, month, day).is_some();
    let surest =
        answers.iter().filter(|a| a.reader != Reader::DigitReader).map(|a| a.confidence.get()).fold(1.0, f32::min);
    let none = !is_day(first_part, second_part) && !is_day(second_part, first_part);
    (none && surest >= SURE_FIGURES).then(|| (text.to_owned(), Confidence::new(surest.min(0.95))))
}

/// What each reader must say of figures that are no day.
const SURE_FIGURES: f32 = 0.9;

/// The likeliest string of the kind's format under the second reader, with how sure it is: certain only where hardly another string of
/// the format fits and the free reading is no likelier (measured in [`crate::ocr::decode`]).
fn within_format(kind: FieldKind, line: &LineReading) -> Option<(String, Confidence)> {
    let formats = match kind {
        FieldKind::MemberId => vec![Format::cin().in_cells()],
        FieldKind::Npi => vec![Format::npi().in_cells()],
        FieldKind::Phone => vec![Format::phone().in_cells()],
        FieldKind::Date => vec![Format::numeric_date(), Format::comb_date(), Format::written_date()],
        _ => return None,
    };
    let found: Vec<Vec<Decoded>> = formats.iter().map(|format| decode(&line.lattice, format, BEAM)).collect();
    let best = found
        .iter()
        .filter_map(|decoded| decoded.iter().find(|d| d.passes).map(|d| (d, share(decoded))))
        .max_by(|a, b| a.0.log_prob.total_cmp(&b.0.log_prob))?;
    let (decoded, share) = best;
    let margin = score(&line.lattice, &line.text) - decoded.log_prob;
    let sure = share > 0.95 && margin < 1.0;
    let confidence = if sure { 0.95 } else { (share * (-margin.max(0.0) / 4.0).exp()).min(0.7) };
    Some((decoded.text.clone(), Confidence::new(confidence)))
}

/// Strings that a decoder keeps at each step.
const BEAM: usize = 24;

/// Letters of the shortest account of what happened.
const STORY: usize = 4;

/// Words of a label over the room for one, at the most.
const LONGEST_LABEL: usize = 6;

/// A narrative is there or not; how well its words were read only decides what may be concluded from them.
fn settle_block(mut reading: FieldReading, field: &Written<'_>, source: &FieldSource<'_>) -> FieldReading {
    let best =
        reading.answers.iter().max_by(|a, b| a.text.len().cmp(&b.text.len())).map(|a| behind_label(&a.text).to_owned());
    let mean = if field.tokens.is_empty() {
        let lines = field.second.iter().map(|l| l.confidence().get()).sum::<f32>();
        lines / field.second.len().max(1) as f32
    } else {
        mean_confidence(field, source)
    };
    // The corner of a frame is read as a figure; nobody tells a story in three letters, and a person looks.
    let is_crumb = |text: &String| text.chars().filter(|c| c.is_alphabetic()).count() < STORY;
    if !source.text_layer && best.as_ref().is_some_and(is_crumb) {
        reading.confidence = Confidence::new(0.6);
        return reading;
    }
    // "Comments and history:" is print that nobody listed: whether more stands there, a person sees.
    let is_label = |text: &String| text.ends_with(':') && text.split_whitespace().count() <= LONGEST_LABEL;
    if best.as_ref().is_some_and(is_label) {
        reading.reading = Reading::Unreadable;
        reading.confidence = Confidence::NONE;
        return reading;
    }
    match best.and_then(|text| read_value(field.kind, &text, source.meanings)) {
        Some(meaning) => {
            reading.reading = Reading::Read(meaning.value);
            reading.confidence = Confidence::new(if source.text_layer { 1.0 } else { mean.clamp(0.3, 0.98) });
        }
        None => {
            reading.reading = Reading::Unreadable;
            reading.confidence = Confidence::NONE;
        }
    }
    reading
}

/// The tokens as they stand, a line for each row: in a list, each row is an entry.
fn in_rows(tokens: &[usize], sheet: &Sheet) -> String {
    let rows = tokens.chunk_by(|&a, &b| sheet.tokens[a].row == sheet.tokens[b].row);
    let lines: Vec<String> = rows.map(|row| join(row.iter().map(|&t| sheet.tokens[t].text.as_str()))).collect();
    lines.join("\n")
}

fn join<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// Settles a field by what the file's own form fields say in its zone; `false` when they say nothing of it.
fn settle_stated(reading: &mut FieldReading, field: &Written<'_>, source: &FieldSource<'_>) -> bool {
    let zone = field.placed.zone.rect;
    let texts = texts_in(source.form_values, &zone);
    let stated = match field.kind {
        // A signature field that is not signed, or an empty text field: the pen may have signed over it.
        FieldKind::Ink if is_signed(source.form_values, &zone) => {
            reading.reading = Reading::Read(Value::Present);
            reading.hand = Hand::Typed;
            return true;
        }
        FieldKind::Ink if texts.iter().all(|(_, text)| text.is_empty()) => return false,
        // A list or a table has a field for each entry.
        FieldKind::DateList => together(&texts, "; "),
        FieldKind::Lines => together(&texts, "\n"),
        FieldKind::Block | FieldKind::Text => together(&texts, " "),
        _ => {
            let share = |value: &FormValue| value.rect.intersect(&zone).area();
            let nearest = texts.iter().max_by_key(|(value, text)| (!text.is_empty(), share(value)));
            nearest.map(|(_, text)| (*text).to_owned())
        }
    };
    let Some(text) = stated else { return false };
    reading.hand = Hand::Typed;
    if text.is_empty() {
        return true;
    }
    let answer = ReaderAnswer { reader: Reader::FormValue, text, confidence: Confidence::CERTAIN };
    reading.raw = answer.text.clone();
    match read_written(field.kind, &answer.text, source.meanings) {
        Some(meaning) => reading.reading = Reading::Read(meaning.value),
        None => {
            reading.reading = Reading::Unreadable;
            reading.confidence = Confidence::NONE;
        }
    }
    reading.answers.push(answer);
    true
}

/// What several fields say together; `None` where there is no field.
fn together(texts: &[(&FormValue, &str)], between: &str) -> Option<String> {
    let said: Vec<&str> = texts.iter().map(|(_, text)| *text).filter(|text| !text.is_empty()).collect();
    (!texts.is_empty()).then(|| said.join(between))
}

/// A signature is ink in its zone, whatever it looks like.
fn settle_signature(reading: &mut FieldReading, field: &Written<'_>, source: &FieldSource<'_>) {
    let letter = source.sheet.letter_height;
    reading.answers.push(ReaderAnswer { reader: Reader::Ink, text: String::new(), confidence: Confidence::CERTAIN });
    let wide_enough = field.ink.extent.is_some_and(|e| with_flourish(e, source).width() >= letter * 3 / 2);
    match (field.ink.presence, wide_enough) {
        (Presence::Blank, _) if field.contested => {
            reading.reading = Reading::Unreadable;
            reading.confidence = Confidence::new(0.3);
        }
        (Presence::Blank, _) => {}
        (Presence::Present, true) => {
            reading.reading = Reading::Read(Value::Present);
            reading.confidence = Confidence::new(0.98);
        }
        (Presence::Present, false) | (Presence::Unclear, _) => {
            reading.reading = Reading::Unreadable;
            reading.confidence = Confidence::new(0.3);
        }
    }
}

/// A signature with the strokes that run level and were taken for rulings: a short one that touches it above its foot is the pen's.
fn with_flourish(extent: Rect, source: &FieldSource<'_>) -> Rect {
    let letter = source.sheet.letter_height;
    let near = extent.inflate(letter / 4, letter / 4);
    let rulings = source.page.rulings.horizontal.iter().map(|r| r.rect);
    let is_stroke = |r: &Rect| {
        !near.intersect(r).is_empty() && r.width() < 8 * letter && r.center_y() < extent.bottom - extent.height() / 8
    };
    rulings.filter(is_stroke).fold(extent, |whole, stroke| whole.union(&stroke))
}

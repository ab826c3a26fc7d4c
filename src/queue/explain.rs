//! One transmission as the program sees it, for the person who wants to know why.
//!
//! This is the one text that shows values: it is printed where somebody asked for it, and written nowhere.

use std::fmt::Write as _;

use super::row::page_ranges;
use crate::answer::{Answer, Mark, Reading};
use crate::assemble::{PageOutcome, Request};
use crate::reading::{FieldReading, FormReading, LetterFacts, PageReading, Reader};
use crate::rules::Finding;

/// A request with what the rules found and how its row ends.
pub struct Explained<'a> {
    pub request: &'a Request,
    pub findings: &'a [Finding],
    pub status: &'a str,
    pub review_fields: &'a [String],
}

/// Pages, then requests, as text.
pub fn explain(pages: &[(u32, PageOutcome)], requests: &[Explained<'_>]) -> String {
    let mut out = String::new();
    for (number, page) in pages {
        match page {
            PageOutcome::Read(reading) => explain_page(&mut out, reading),
            PageOutcome::Rejected(rejection) => {
                let _ = writeln!(out, "page {number}: {} ({rejection})", rejection.code());
            }
        }
    }
    for explained in requests {
        explain_request(&mut out, explained);
    }
    out
}

/// The words of each page as they were finally read, line by line.
pub fn page_text(pages: &[(u32, PageOutcome)]) -> String {
    let mut out = String::new();
    for (number, page) in pages {
        let _ = writeln!(out, "\u{c}page {number}");
        if let PageOutcome::Read(reading) = page {
            // What the fax machine printed was taken out of the page's own words.
            if let Some(header) = &reading.header {
                let _ = writeln!(out, "{}", header.text);
            }
            for line in reading.lines() {
                let _ = writeln!(out, "{}", line.text());
            }
        }
    }
    out
}

fn explain_page(out: &mut String, page: &PageReading) {
    let source = &page.source;
    let _ = writeln!(
        out,
        "page {}: {}  [{:?} {} {}×{} at {:.0}×{:.0} dpi{}]",
        page.page,
        page.kind().in_words(),
        source.container,
        source.encoding,
        source.width,
        source.height,
        source.resolution.x,
        source.resolution.y,
        if source.resolution.assumed { ", assumed" } else { "" },
    );
    let preparation = &page.preparation;
    let _ = writeln!(
        out,
        "  prepared {}×{} at {} dpi, skew {:+.2}°, turned {:?}, {} specks, {} streaks; steps: {}",
        page.width,
        page.height,
        page.dpi,
        preparation.skew_degrees,
        preparation.rotation,
        preparation.specks_removed,
        preparation.streaks.len(),
        preparation.steps.join(", "),
    );
    let _ = writeln!(
        out,
        "  legibility {:.2}, {} characters, ink {:.2} %{}",
        page.legibility.confidence.get(),
        page.legibility.characters,
        page.legibility.ink_share * 100.0,
        if page.notes.is_empty() { String::new() } else { format!("; notes: {}", page.notes.join(", ")) },
    );
    if let Some(header) = &page.header {
        let of = |n: Option<u32>| n.map_or("?".to_owned(), |n| n.to_string());
        let _ = writeln!(out, "  header: page {} of {}: {}", of(header.page), of(header.total), header.text);
    }
    for kind in page.kinds.iter().take(3) {
        let _ = writeln!(out, "  {:.2} {} ({})", kind.score, kind.kind.in_words(), kind.reasons.join(", "));
    }
    if let Some(form) = &page.form {
        explain_form(out, form);
    }
    if let Some(letter) = &page.letter {
        explain_letter(out, letter);
    }
    for person in &page.people {
        let _ = writeln!(
            out,
            "  names {} id {} born {} ({})",
            person.name.as_deref().unwrap_or("–"),
            person.member_id.as_deref().unwrap_or("–"),
            person.birth_date.map_or("–".to_owned(), |d| d.to_string()),
            person.role
        );
    }
    let _ = writeln!(out);
}

fn explain_form(out: &mut String, form: &FormReading) {
    let registration = &form.registration;
    let _ = writeln!(
        out,
        "  fitted {}: {} labels, values {}, residual {:.1} px; labels not found: {}",
        form.form,
        registration.labels.len(),
        registration.placement,
        registration.residual,
        if registration.missing.is_empty() { "none".to_owned() } else { registration.missing.join(", ") },
    );
    for field in &form.fields {
        explain_field(out, field);
    }
    for choice in &form.choices {
        for option in &choice.options {
            let mark = match option.mark {
                Mark::Checked => "[x]",
                Mark::Unchecked => "[ ]",
                Mark::Unsure => "[?]",
            };
            let _ = writeln!(
                out,
                "    {mark} {:<40} fill {:.3}, {:>3} %  at {},{}",
                option.option,
                option.fill,
                option.confidence.percent(),
                option.rect.left,
                option.rect.top
            );
        }
    }
}

fn explain_field(out: &mut String, field: &FieldReading) {
    let value = match &field.reading {
        Reading::Blank => "(blank)".to_owned(),
        Reading::Read(value) => value.to_column(),
        Reading::Unreadable => "(unreadable)".to_owned(),
    };
    let zone = field.zone;
    let _ = writeln!(
        out,
        "    {:<22}{:<40}{:>3} %  {:?}  zone {},{} {}×{}",
        field.field,
        value,
        field.confidence.percent(),
        field.hand,
        zone.left,
        zone.top,
        zone.width(),
        zone.height()
    );
    for answer in field.answers.iter().filter(|a| a.reader != Reader::Ink) {
        let _ = writeln!(out, "      {:?}: {} ({} %)", answer.reader, answer.text, answer.confidence.percent());
    }
}

fn explain_letter(out: &mut String, letter: &LetterFacts) {
    let date = match &letter.date {
        Reading::Blank => "none".to_owned(),
        Reading::Read(date) => format!("{date} ({} %)", letter.date_confidence.percent()),
        Reading::Unreadable => "unreadable".to_owned(),
    };
    let to = letter.addressee.as_ref().and_then(|a| a.name.as_deref()).unwrap_or("–");
    let _ = writeln!(
        out,
        "  letter: {:?}, language {}, date {date}, to {to}{}{}",
        letter.kind,
        letter.language.as_deref().unwrap_or("–"),
        if letter.unfilled { ", template left unfilled" } else { "" },
        if letter.states_end_of_care.is_empty() { "" } else { ", states an end of care" },
    );
}

fn explain_request(out: &mut String, explained: &Explained<'_>) {
    let request = explained.request;
    let _ = writeln!(out, "request {} (pages {}): {}", request.id, page_ranges(&request.pages), explained.status);
    if !explained.review_fields.is_empty() {
        let _ = writeln!(out, "  to review: {}", explained.review_fields.join(", "));
    }
    for letter in &request.letters {
        let _ = writeln!(
            out,
            "  letter on page {}: same member {:?} ({})",
            letter.page,
            letter.same_member,
            letter.reasons.join(", ")
        );
    }
    for attachment in &request.attachments {
        let _ = writeln!(
            out,
            "  {} on page {}: same member {:?}",
            attachment.kind.name(),
            attachment.page,
            attachment.same_member
        );
    }
    for finding in explained.findings {
        let answer = match finding.answer {
            Answer::Met => "met        ",
            Answer::NotMet => "NOT MET    ",
            Answer::CannotTell => "cannot tell",
        };
        let _ = writeln!(out, "  {answer}  {:<34} {}  [{}]", finding.code, finding.note, finding.cite);
    }
    let _ = writeln!(out);
}

//! What a reader's text means for a kind of field.

use chrono::NaiveDate;

use super::values::{
    DateContext, IdShape, parse_date, parse_date_list, read_member_id, read_name, read_npi, read_phone,
};
use super::vote::{FormatFit, Meaning};
use crate::reading::Value;
use crate::rules::{DateWords, FieldKind};

/// What values are read against.
pub struct Meanings<'a> {
    /// The day the fax was received (or the as-of date): what two-digit years pivot on.
    pub reference: NaiveDate,
    pub words: &'a DateWords,
    /// Numeric dates are written day first.
    pub day_first: bool,
    /// The plan's own telephone numbers: forms say where they are to be faxed, and that is no field's value.
    pub plan_numbers: [&'a str; 2],
}

impl Meanings<'_> {
    /// Whether a number is the plan's own.
    pub fn is_plans(&self, number: &str) -> bool {
        let figures = |text: &str| text.chars().filter(char::is_ascii_digit).take(10).collect::<String>();
        let own = figures(number);
        own.len() == 10 && self.plan_numbers.iter().any(|plans| figures(plans) == own)
    }
}

/// Words of names that stay small, and beginnings after which a capital is right.
const SMALL: [&str; 10] = ["de", "la", "del", "las", "los", "y", "e", "van", "von", "da"];
const HEADS: [&str; 10] = ["Mc", "Mac", "De", "Di", "Du", "La", "Le", "Lo", "Van", "Fitz"];

/// A name by hand mixes large and small letters of one shape (`OkafOR`, `jose`): words in a case that no name has are evened out.
fn even_case(name: &str) -> String {
    let even = |word: &str| -> String {
        let small = SMALL.contains(&word);
        let letters: Vec<char> = word.chars().collect();
        let starts_small = letters.first().is_some_and(|c| c.is_lowercase());
        let capital_inside = letters.windows(2).any(|pair| pair[0].is_lowercase() && pair[1].is_uppercase());
        let headed = HEADS.iter().any(|head| {
            word.strip_prefix(head).is_some_and(|rest| {
                let mut rest = rest.chars();
                rest.next().is_some_and(char::is_uppercase) && rest.all(|c| !c.is_uppercase())
            })
        });
        if small || (!starts_small && (!capital_inside || headed)) {
            return word.to_owned();
        }
        let mut first = true;
        letters
            .into_iter()
            .flat_map(|c| {
                let cased: Vec<char> = if first { c.to_uppercase().collect() } else { c.to_lowercase().collect() };
                first = !c.is_alphabetic();
                cased
            })
            .collect()
    };
    name.split(' ').map(even).collect::<Vec<_>>().join(" ")
}

/// What `text` means in a field of `kind`; `None` when it means nothing there.
pub fn read_value(kind: FieldKind, text: &str, meanings: &Meanings<'_>) -> Option<Meaning> {
    let context = DateContext { reference: meanings.reference, day_first: meanings.day_first, words: meanings.words };
    match kind {
        FieldKind::Name => {
            let name = read_name(text);
            let format = if name.certain { FormatFit::Free } else { FormatFit::Misfit };
            Some(Meaning { value: Value::Text(even_case(&name.value?)), format, repaired: name.repaired })
        }
        FieldKind::MemberId => {
            let id = read_member_id(text);
            let format = match id.shape {
                IdShape::Cin if id.certain => FormatFit::Checked,
                IdShape::Cin | IdShape::Ssn => FormatFit::Shape,
                IdShape::NearCin | IdShape::Other => FormatFit::Misfit,
                IdShape::Phone => return None,
            };
            Some(Meaning { value: Value::Text(id.value?), format, repaired: id.repaired })
        }
        FieldKind::Npi => {
            let npi = read_npi(text);
            let format = if npi.valid { FormatFit::Checked } else { FormatFit::Misfit };
            Some(Meaning { value: Value::Text(npi.value?), format, repaired: npi.repaired })
        }
        FieldKind::Date => {
            let date = parse_date(text, &context);
            let format = if date.certain { FormatFit::Shape } else { FormatFit::Misfit };
            Some(Meaning { value: Value::Date(date.best?), format, repaired: date.repaired })
        }
        FieldKind::DateList => {
            let dates = parse_date_list(text, &context);
            if dates.entries.is_empty() {
                return None;
            }
            let format = if dates.certain { FormatFit::Shape } else { FormatFit::Misfit };
            Some(Meaning { value: Value::Dates(dates.entries), format, repaired: dates.repaired })
        }
        FieldKind::Phone => {
            let phone = read_phone(text);
            let format = if phone.certain { FormatFit::Shape } else { FormatFit::Misfit };
            Some(Meaning { value: Value::Text(phone.value?), format, repaired: phone.repaired })
        }
        FieldKind::Text | FieldKind::Block => {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            (!text.is_empty()).then_some(Meaning { value: Value::Text(text), format: FormatFit::Free, repaired: false })
        }
        FieldKind::Lines => {
            let lines: Vec<String> = text.lines().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect();
            (!lines.is_empty()).then_some(Meaning {
                value: Value::Lines(lines),
                format: FormatFit::Free,
                repaired: false,
            })
        }
        FieldKind::Ink => Some(Meaning { value: Value::Present, format: FormatFit::Free, repaired: false }),
    }
}

#[cfg(test)]
mod tests {
    use super::even_case;

    #[test]
    fn letters_of_one_shape_are_evened_out() {
        for (read, meant) in [
            ("Mai OkafOR, MD", "Mai Okafor, MD"),
            ("jose Ruiz", "Jose Ruiz"),
            ("Ana de la Cruz", "Ana de la Cruz"),
            ("Tou McAllister, MD", "Tou McAllister, MD"),
            ("Elena O'Brien", "Elena O'Brien"),
            ("Jean DeLuca", "Jean DeLuca"),
        ] {
            assert_eq!(even_case(read), meant);
        }
    }
}

//! Names from outside, made safe to show: a file name can hold escape sequences that rewrite a terminal, or a line break that forges a
//! line of a log.

/// Longest name that is shown whole, in characters.
const LONGEST: usize = 200;

/// The name with every control and direction-changing character shown as an escape, cut when it is very long.
pub fn name(untrusted: &str) -> String {
    let mut shown = String::new();
    for (index, character) in untrusted.chars().enumerate() {
        if index == LONGEST {
            shown.push('…');
            break;
        }
        if character.is_control() || turns_text_around(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// A message that may hold such a name, with its own line breaks kept.
pub fn message(text: &str) -> String {
    text.split('\n')
        .map(|line| line.chars().map(|c| if c.is_control() || turns_text_around(c) { '\u{FFFD}' } else { c }).collect())
        .collect::<Vec<String>>()
        .join("\n")
}

/// Characters that make text read otherwise than it is written (Unicode's bidirectional controls, zero-width characters, line separators).
fn turns_text_around(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(name("fax\x1b[2J\n.tif"), "fax\\u{1b}[2J\\u{a}.tif");
        assert_eq!(name("a\u{202e}fdp.tif"), "a\\u{202e}fdp.tif");
    }

    #[test]
    fn plain_names_stay_as_they_are() {
        assert_eq!(name("2026/Ñandú fax 01.tif"), "2026/Ñandú fax 01.tif");
    }

    #[test]
    fn a_very_long_name_is_cut() {
        assert_eq!(name(&"x".repeat(5000)).chars().count(), LONGEST + 1);
    }
}

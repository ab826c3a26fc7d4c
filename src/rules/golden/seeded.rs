//! `rules check` against seeded mistakes: each is found, in the right file and on the right line, with a hint, and nothing else is.

use crate::rules::example::BUILTIN;
use crate::rules::load::load;
use crate::rules::pack::PackFile;
use crate::rules::problem::Problem;

/// One mistake: in `file`, the first `find` becomes `put`; the problem says `says` and stands on the line of the first `line` in the
/// changed file (`line` is a piece of it).
struct Seed {
    file: &'static str,
    find: &'static str,
    put: &'static str,
    line: &'static str,
    says: &'static str,
}

const fn seed(
    file: &'static str,
    find: &'static str,
    put: &'static str,
    line: &'static str,
    says: &'static str,
) -> Seed {
    Seed { file, find, put, line, says }
}

const MEMBER: &str = "checks/20-member.toml";
const REASON: &str = "checks/40-reason.toml";
const LETTER: &str = "checks/50-letter.toml";
const PORTAL: &str = "checks/70-portal.toml";
const FORM: &str = "forms/provider-portal-account-request.toml";

const SEEDS: &[Seed] = &[
    seed(
        MEMBER,
        "severity = \"deficiency\"",
        "severity = \"defficiency\"",
        "defficiency",
        "no such name: `defficiency`",
    ),
    seed(MEMBER, "check.required = {", "check.requird = {", "check.requird", "no such name: `requird`"),
    seed(
        MEMBER,
        "field = \"member_name\"",
        "field = \"member_nmae\"",
        "member_nmae",
        "no form of these requests has a field `member_nmae`",
    ),
    seed(MEMBER, "field = \"member_name\"", "feild = \"member_name\"", "feild", "no such key: `feild`"),
    seed(MEMBER, "note = \"The member's name is missing.\"\n", "", "[[rule]]", "`note` is missing"),
    seed(MEMBER, "note = \"The member's name is missing.\"", "note = \" \"", "note = \" \"", "has no note"),
    seed(
        MEMBER,
        "cite = \"Procedure step 3: a form must be completed for each member\"",
        "cite = \"\"",
        "cite = \"\"",
        "has no cite",
    ),
    seed(MEMBER, "in_force = { from = 2025-05-01 }", "in_force = { from = 2025-02-30 }", "2025-02-30", "date"),
    seed(
        MEMBER,
        "in_force = { from = 2025-05-01 }",
        "in_force = { from = \"2025-05-01\" }",
        "\"2025-05-01\"",
        "invalid type",
    ),
    seed(
        MEMBER,
        "in_force = { from = 2025-05-01 }",
        "in_force = { from = 2025-05-01, to = 2025-04-30 }",
        "to = 2025-04-30",
        "ends on 2025-04-30 before it begins",
    ),
    seed(
        MEMBER,
        "applies_to = { requests = [\"reassignment\"] }",
        "applies_to = { requests = [\"reasignment\"] }",
        "reasignment",
        "no such name: `reasignment`",
    ),
    seed(
        MEMBER,
        "waits_for = [\"multiple-members\"]",
        "waits_for = [\"multiple-member\"]",
        "[\"multiple-member\"]",
        "no rule gives the code `multiple-member`",
    ),
    seed(
        MEMBER,
        "id = \"member-birth-date-is-given\"",
        "id = \"member-is-named\"",
        "in_force = { from = 2025-05-01 }\napplies_to = { requests = [\"reassignment\"] }\nwaits_for = [\"multiple-members\"]\ncheck.required = { field = \"member_dob\" }",
        "two versions of `member-is-named` are in force",
    ),
    seed(MEMBER, "format = \"cin\"", "format = \"cnn\"", "format = \"cnn\"", "there is no format `cnn`"),
    seed(MEMBER, "is not {format}:", "is not {fromat}:", "{fromat}", "has no value `{fromat}`"),
    seed(
        MEMBER,
        "code = \"member-name-missing\"",
        "code = \"Member Name; missing\"",
        "Member Name; missing",
        "`Member Name; missing` is no code",
    ),
    seed(MEMBER, "[[rule]]", "[[rul]]\nid = \"x\"\n[[rule]]", "[[rul]]", "`rul` has no meaning here"),
    seed(MEMBER, "severity = \"deficiency\"", "severity = deficiency", "severity = deficiency", ""),
    seed(
        REASON,
        "reasons = [\"failure-to-keep-appointments\"]",
        "reasons = [\"failure-to-keep-apointments\"]",
        "apointments\"]",
        "there is no reason `failure-to-keep-apointments`",
    ),
    seed(REASON, "count = 3, or_dates_in", "count = 0, or_dates_in", "count = 0", "always met"),
    seed(
        REASON,
        "count = 3, months = 12, inclusive = true",
        "count = 3, months = \"twelve\", inclusive = true",
        "\"twelve\"",
        "invalid type",
    ),
    seed(
        REASON,
        "choice = \"reasons\"",
        "choice = \"reason\"",
        "choice = \"reason\"",
        "no form of these requests has a group of boxes `reason`",
    ),
    seed(
        REASON,
        "wording = \"contact-efforts\"",
        "wording = \"contact-effort\"",
        "\"contact-effort\"",
        "there is no wording `contact-effort`",
    ),
    seed(
        REASON,
        "attachment = \"medication-agreement\"",
        "attachment = \"medical-agreement\"",
        "medical-agreement",
        "no such name: `medical-agreement`",
    ),
    seed(
        REASON,
        "suppressed_by = [\"missed-appointments-too-few\"]",
        "suppressed_by = [\"missed-appointments-span\"]",
        "suppressed_by = [\"missed-appointments-span\"]",
        "would silence itself",
    ),
    seed(
        LETTER,
        "suppressed_by = [\"letter-unfilled\"]",
        "suppressed_by = [\"letter-unfilled\", \"letter-missing\"]",
        "suppressed_by = [\"letter-unfilled\", \"letter-missing\"]",
        "wait for each other",
    ),
    seed(
        PORTAL,
        "forms = [\"provider-portal-notice\"]",
        "forms = [\"portal-notice\"]",
        "[\"portal-notice\"]",
        "there is no form `portal-notice`",
    ),
    seed(
        PORTAL,
        "requests = [\"portal\"], forms = [\"provider-portal-account-request\"]",
        "requests = [\"reassignment\"], forms = [\"provider-portal-account-request\"]",
        "requests = [\"reassignment\"], forms",
        "is never about a request",
    ),
    seed(
        PORTAL,
        "notice = \"incident\"",
        "notice = \"accident\"",
        "\"accident\"",
        "there is no kind of notice `accident`",
    ),
    seed(PORTAL, "\"10.0.0.0/8\"", "\"10.0.0.0\"", "\"10.0.0.0\"", "is no network"),
    seed(
        "checks/10-request.toml",
        "applies_to = { requests = [\"letter-only\"] }",
        "applies_to = { requests = [\"portal\"] }",
        "applies_to = { requests = [\"portal\"] }",
        "can never fail",
    ),
    seed(
        "checks/10-request.toml",
        "fails_with = \"file-empty\"",
        "fails_with = \"file-emty\"",
        "file-emty",
        "no file fails with `file-emty`",
    ),
    seed(FORM, "labels = [\"Practice\",", "labels = [\"\",", "labels = [\"\",", "these words are empty"),
    seed(
        FORM,
        "id = \"practice_name\"",
        "id = \"provider_name\"",
        "id = \"provider_name\"\nkind = \"text\"",
        "a second field with the id `provider_name`",
    ),
    seed(FORM, "kind = \"lines\"", "kind = \"line\"", "kind = \"line\"", "no such name: `line`"),
    seed(
        "wordings.toml",
        "id = \"days-notice\"",
        "id = \"no-persons\"",
        "id = \"no-persons\"\ntitle = \"a term",
        "a second wording with the id `no-persons`",
    ),
    seed(
        "reasons.toml",
        "id = \"ineffective-relationship\"",
        "id = \"member-fraud\"",
        "id = \"member-fraud\"\ntitle = \"Ineffective",
        "a second reason with the id `member-fraud`",
    ),
    seed(
        "reasons.toml",
        "narrative = { en = [\"ineffective relationship\",",
        "narrative = { en = [\"abusive behavior\", \"ineffective relationship\",",
        "en = [\"abusive behavior\", \"ineffective",
        "also fit",
    ),
    seed("reasons.toml", "cite = \"Procedure step 1: Member fraud\"", "cite = \"\"", "cite = \"\"", "cites nothing"),
    seed(
        "inappropriate.toml",
        "\"minor verbal*\"",
        "\"disruptive behavior*\"",
        "\"disruptive behavior*\"",
        "of an inappropriate reason also fit",
    ),
    seed("formats.toml", "[12][0-9]{9}", "[12][0-9]{9", "pattern = \"[12][0-9]{9\"", "no regular expression"),
    seed("pack.toml", "threshold = 0.75", "threshold = 75", "threshold = 75", "shares run from 0 to 1"),
    seed(
        "pack.toml",
        "unchecked_below = 0.055",
        "unchecked_below = 0.25",
        "unchecked_below = 0.25",
        "is not below `checked_above`",
    ),
    seed(
        "pack.toml",
        "\"narrative\", \"signature\"",
        "\"narative\", \"signature\"",
        "\"narative\"",
        "no column of the queue",
    ),
    seed(
        "pack.toml",
        "rules_picked_by = \"as-of\"",
        "rules_picked_by = \"today\"",
        "\"today\"",
        "no such name: `today`",
    ),
];

fn seeded(seed: &Seed) -> (Vec<PackFile>, usize) {
    let mut files = BUILTIN.files().to_vec();
    let file = files.iter_mut().find(|f| f.path == seed.file).unwrap_or_else(|| panic!("no {}", seed.file));
    assert!(file.text.contains(seed.find), "{} no longer holds {:?}", seed.file, seed.find);
    file.text = file.text.replacen(seed.find, seed.put, 1);
    let at = file.text.find(seed.line).unwrap_or_else(|| panic!("{} does not hold {:?}", seed.file, seed.line));
    (files.clone(), files.iter().find(|f| f.path == seed.file).unwrap().text[..at].matches('\n').count() + 1)
}

#[test]
fn every_seeded_mistake_is_found_where_it_is() {
    assert!(SEEDS.len() >= 30);
    let mut wrong = Vec::new();
    let most = 6;
    for seed in SEEDS {
        let (files, line) = seeded(seed);
        let (_, problems) = load(files);
        assert!(
            problems.len() <= most,
            "{:?} drags others along: {:#?}",
            seed.put,
            problems.iter().map(|p| &p.message).collect::<Vec<_>>()
        );
        let found = problems.iter().find(|p| p.file == seed.file && p.line == line && p.message.contains(seed.says));
        if found.is_none() {
            let told: Vec<String> = problems.iter().map(|p| format!("{}:{}: {}", p.file, p.line, p.message)).collect();
            wrong.push(format!("{:?}\n  expected {}:{line}: {}\n  got {told:#?}", seed.put, seed.file, seed.says));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let mut files = BUILTIN.files().to_vec();
    let seeds: Vec<&Seed> = [2, 14, 19, 22, 24, 29, 31, 41, 42].iter().map(|i| &SEEDS[*i]).collect();
    for seed in &seeds {
        let file = files.iter_mut().find(|f| f.path == seed.file).unwrap();
        file.text = file.text.replacen(seed.find, seed.put, 1);
    }
    let (pack, problems) = load(files);
    assert!(pack.is_some());
    for seed in seeds {
        assert!(
            problems.iter().any(|p| p.file == seed.file && p.message.contains(seed.says)),
            "{} is not among {problems:#?}",
            seed.says
        );
    }
}

#[test]
fn two_mistakes_in_one_rule_are_both_reported() {
    let mut files = BUILTIN.files().to_vec();
    let file = files.iter_mut().find(|f| f.path == MEMBER).unwrap();
    file.text = file.text.replacen("severity = \"deficiency\"", "severity = \"bad\"", 1).replacen(
        "field = \"member_name\"",
        "feild = \"member_name\"",
        1,
    );
    let messages: Vec<String> = load(files).1.into_iter().map(|p| p.message).collect();
    assert!(
        messages.iter().any(|m| m.contains("`bad`")) && messages.iter().any(|m| m.contains("`feild`")),
        "{messages:?}"
    );
}

#[test]
fn a_slip_gets_a_hint_and_a_caret() {
    let (files, _) = seeded(&SEEDS[2]);
    let problem: &Problem = &load(files).1[0];
    assert_eq!(problem.hint.as_deref(), Some("did you mean `member_name`?"));
    assert!(problem.to_string().contains("^^^^^^^^^^^^^"), "{problem}");
}

#[test]
fn a_gap_between_two_versions_of_a_rule_is_found() {
    let mut files = BUILTIN.files().to_vec();
    let file = files.iter_mut().find(|f| f.path == MEMBER).unwrap();
    let rule = file.text[file.text.find("[[rule]]").unwrap()..].split("\n\n").next().unwrap().to_owned();
    let first = rule.replace("from = 2025-05-01", "from = 2025-05-01, to = 2025-12-31");
    let second = rule.replace("from = 2025-05-01", "from = 2026-01-02");
    file.text = file.text.replacen(&rule, &format!("{first}\n\n{second}"), 1);
    let line = file.text[..file.text.find("2026-01-02").unwrap()].matches('\n').count() + 1;
    let problems = load(files).1;
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert_eq!((problems[0].file.as_str(), problems[0].line), (MEMBER, line));
    assert!(
        problems[0].message.starts_with("no version of `member-is-named` is in force from 2026-01-01"),
        "{}",
        problems[0].message
    );
}

#[test]
fn an_empty_folder_is_told_what_a_pack_is() {
    let problems = load(Vec::new()).1;
    assert_eq!(problems[0].message, "there is no pack.toml in this folder");
}

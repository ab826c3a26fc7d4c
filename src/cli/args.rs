//! Arguments as typed. What they mean together is for each command's own file.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::exit;
use crate::run::shard::Shard;

/// Turns a fax inbox of member reassignment requests into a checked work queue.
#[derive(Debug, Parser)]
#[command(
    name = "faxtriage",
    version,
    about,
    long_about = "Turns a fax inbox of member reassignment requests into a checked work queue.\n\n\
        Every night: `run` reads each file of the inbox (TIFF, PDF, PNG, JPEG) and writes one run folder. queue.csv in it has a row \
        for each request and says what is there, what is missing, and what a person must look at. Blank is not unreadable, and what \
        cannot be told is neither passed nor sent back. The inbox is only read.",
    after_help = exit::HELP,
    after_long_help = after_long_help(),
    arg_required_else_help = true,
    max_term_width = 110
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub messages: Messages,
}

fn after_long_help() -> String {
    format!(
        "Examples:\n  \
         faxtriage run /srv/fax/inbox --out /srv/fax/runs/2026-11-21 --roster members.csv\n  \
         \x20                                          the nightly job; the same command again resumes an interrupted run\n  \
         faxtriage run inbox --out run1 --shard 1/4    a quarter of the inbox, for one of four machines\n  \
         faxtriage explain /srv/fax/inbox/fax.tif      why a fax came out as it did\n  \
         faxtriage recheck runs/2026-11-21 --rules new-rules\n  \
         \x20                                          which rows other rules would change, without reading a page\n  \
         faxtriage apply runs/2026-11-21 corrections.csv --out runs/2026-11-21-corrected\n  \
         \x20                                          what the reviewer corrected in the report, and the rules again\n  \
         faxtriage audit runs/2026-11-21 --inbox archive\n  \
         \x20                                          read the archived scans again and compare\n\n{}\n\n\
         stdout carries data only; messages, progress and logs go to stderr.",
        exit::HELP
    )
}

/// How much is said on stderr, and how.
#[derive(Clone, Debug, Args)]
pub struct Messages {
    /// Say more; twice for everything. Never a value or a name.
    #[arg(short, long, action = clap::ArgAction::Count, global = true, help_heading = "Messages")]
    pub verbose: u8,
    /// Only errors.
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Messages")]
    pub quiet: bool,
    /// How messages are written.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text", global = true, help_heading = "Messages")]
    pub log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line, for log collectors.
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Run(RunArguments),
    Explain(ExplainArguments),
    Rules(RulesArguments),
    Form(FormArguments),
    Audit(AuditArguments),
    Recheck(RecheckArguments),
    Score(ScoreArguments),
    Merge(MergeArguments),
    Redact(RedactArguments),
    Apply(ApplyArguments),
    Status(StatusArguments),
    Worker(WorkerArguments),
}

/// The nightly job: read every file under INBOX, write one run folder.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    faxtriage run inbox --out runs/2026-11-21\n  \
    faxtriage run inbox --out runs/2026-11-21 --roster members.csv --as-of 2026-11-21\n  \
    faxtriage run inbox --out runs/2026-11-21 --settle 30        leave files that are still being written for the next night\n\n\
    Writes into RUN: queue.csv (one row for each request), records.jsonl (each field with where it was read), report.html and images/ (for people), \
    run.json (versions, hashes, counts), readings/ and rules/ (enough to check and repeat), skipped.csv (files without a row). The folder \
    is private (0700, files 0600). A run that was interrupted, even by kill -9, is resumed by the same command.\n\n\
    Ends with 0 when every file was read, 1 when some input needs the operator, 2 when it could not run, 130 when it was interrupted.")]
pub struct RunArguments {
    /// Folder with the faxes as they arrived; it is only read.
    pub inbox: PathBuf,
    /// The run folder: new, empty, or that of an interrupted run.
    #[arg(long, value_name = "RUN")]
    pub out: PathBuf,
    /// Members and their PCPs, as CSV: member_id,member_name,member_dob,pcp_npi,pcp_name. Default: none, and linkage is not checked.
    #[arg(long, value_name = "CSV")]
    pub roster: Option<PathBuf>,
    /// The day of the run, for every rule about "now". Default: today, or the day of the run that is resumed.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<NaiveDate>,
    /// Pages read at a time, each in a process of its own. Default: all cores.
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Take only share I of N of the files; `merge` makes one queue of all shares. Default: all files.
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// Remembers what earlier nights saw, so that a fax that comes again is linked to its first copy. Default: none.
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// Keep no pictures of pages: the report then shows values without the image beside them. Default: pictures in RUN/images.
    #[arg(long)]
    pub no_images: bool,
    /// Notices to offices in RUN/notices, each as a page to print and as plain text.
    #[arg(long, value_enum, value_name = "WHICH", default_value = "deficient")]
    pub notices: Notices,
    /// Write RUN/queue.xlsx too: the queue as a workbook, its ids as text.
    #[arg(long)]
    pub xlsx: bool,
    /// Leave files alone that changed within the last SECONDS; they are listed as skipped.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub settle: u64,
    #[command(flatten)]
    pub reading: ReadingArguments,
}

/// Which requests get a notice to their office.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Notices {
    None,
    /// Those that lack something.
    Deficient,
}

/// What a finished run was made with and its folder keeps no copy of.
#[derive(Clone, Debug, Args)]
pub struct MadeWithArguments {
    /// The roster that the run was made with, when it was made with one. Default: none.
    #[arg(long, value_name = "CSV")]
    pub roster: Option<PathBuf>,
    /// The ledger that the run was made with, when it was made with one; it is only read. Default: none.
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
}

/// How pages are read, for every command that reads pages.
#[derive(Clone, Debug, Args)]
pub struct ReadingArguments {
    /// Rule pack. Default: the one that is built in.
    #[arg(long, value_name = "DIR")]
    pub rules: Option<PathBuf>,
    /// Give up on a page after this much processor time, or after three times as long without an answer.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub page_timeout: u64,
    /// A file with more pages is not read (`file-too-large`).
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub max_pages: u32,
    /// Most memory for reading one page, in MiB of address space.
    #[arg(long, value_name = "MIB", default_value_t = 1_024, value_parser = clap::value_parser!(u64).range(64..=1_048_576))]
    pub memory: u64,
    /// Model of the second reader. Default: PP-OCRv6_rec_small.onnx in $FAXTRIAGE_MODELS, or in models/ beside or above the program.
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Read with Tesseract only; more fields go to review.
    #[arg(long, conflicts_with = "model")]
    pub no_second_reader: bool,
    /// Read made-up documents (for the program's own tests).
    #[cfg(debug_assertions)]
    #[arg(long, hide = true)]
    pub made_up: bool,
}

/// Show one transmission as the program sees it: pages, fields with where they were read, rules with their answers.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    faxtriage explain inbox/fax.tif\n  \
    faxtriage explain inbox/fax.tif --json > fax.json\n  \
    faxtriage explain inbox/fax.tif --text                       the words of each page, as they were finally read\n  \
    faxtriage explain inbox/fax.tif --images pictures            zones, labels and marks drawn on each page\n\n\
    Prints values that were read: the output is health information. Copies of earlier requests are not looked for.")]
pub struct ExplainArguments {
    /// The fax.
    pub file: PathBuf,
    /// Everything as one JSON object, for programs.
    #[arg(long)]
    pub json: bool,
    /// Only the words of each page, line by line, as they were finally read.
    #[arg(long, conflicts_with = "json")]
    pub text: bool,
    /// Write each page as DIR/page-001.png and so on, with what was found drawn on it. Default: no pictures.
    #[arg(long, value_name = "DIR")]
    pub images: Option<PathBuf>,
    /// Members and their PCPs, as for `run`. Default: none, and linkage is not checked.
    #[arg(long, value_name = "CSV")]
    pub roster: Option<PathBuf>,
    /// The day, for every rule about "now". Default: today.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<NaiveDate>,
    #[command(flatten)]
    pub reading: ReadingArguments,
}

/// Describe a form of one's own: try a definition on a blank or filled copy of the form.
#[derive(Clone, Debug, Args)]
pub struct FormArguments {
    #[command(subcommand)]
    pub command: FormCommand,
}

#[derive(Clone, Debug, Subcommand)]
pub enum FormCommand {
    /// Fit a form definition to a file, and show what of it was found, what is missing and what to do about it.
    Try(FormTryArguments),
}

/// A form definition and a file to try it on.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = "Example:\n  \
    faxtriage form try my-pack/forms/request.toml blank-form.pdf --images drawn\n\n\
    The definition takes the place of the pack's form of the same id. Prints values that were read: on a filled form the output is \
    health information.\n\n\
    Ends with 0 when a page was taken for the form, 3 when none was, 2 when the definition has mistakes.")]
pub struct FormTryArguments {
    /// The form definition, a file of a pack's `forms/`.
    pub definition: PathBuf,
    /// A blank or filled copy of the form: PDF, TIFF, PNG or JPEG.
    pub file: PathBuf,
    /// Everything as one JSON object, for programs.
    #[arg(long)]
    pub json: bool,
    /// Write a picture of each page with its labels, places and boxes drawn on it into this new folder. Default: no pictures
    #[arg(long, value_name = "DIR")]
    pub images: Option<PathBuf>,
    #[command(flatten)]
    pub reading: ReadingArguments,
}

/// Validate a rule pack, list its rules, or print its schema and its page for readers.
#[derive(Clone, Debug, Args)]
pub struct RulesArguments {
    #[command(subcommand)]
    pub command: RulesCommand,
}

#[derive(Clone, Debug, Subcommand)]
pub enum RulesCommand {
    /// Report every problem of a pack at once, with file, line and a hint. Ends with 0 when there is none, else with 2.
    Check {
        /// Folder of the pack. Default: the pack that is built in.
        dir: Option<PathBuf>,
    },
    /// The rules in force on a day: code, severity, dates, rule and source.
    List {
        /// The day. Default: today.
        #[arg(long, value_name = "DATE")]
        as_of: Option<NaiveDate>,
        /// Folder of the pack. Default: the pack that is built in.
        #[arg(long, value_name = "DIR")]
        rules: Option<PathBuf>,
    },
    /// The JSON Schema of a pack's files, for editors that complete and check TOML.
    Schema,
    /// All rules as a Markdown page, with what each demands and where it comes from.
    Docs {
        /// Folder of the pack. Default: the pack that is built in.
        #[arg(long, value_name = "DIR")]
        rules: Option<PathBuf>,
    },
}

/// Accuracy of a run against truth in the queue's own columns, each figure with its count and Wilson 95 % interval.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    faxtriage score runs/2026-11-21 truth.csv\n  \
    faxtriage score runs/2026-11-21 truth.csv --by form --by resolution\n  \
    faxtriage score runs/2026-11-21 truth.csv --calibration --crops wrong   pictures of what was read wrongly\n  \
    faxtriage score runs/2026-11-21 truth.csv --min field=0.97,deficiency-recall=0.95\n\n\
    TRUTH.csv has source_file and pages, and any of the queue's columns; or it is the corrections.csv that the report saved: then the corrected \
    values are truth, and with them every value of a request that was marked as looked at. Figures for --min: found, field, not-silent, status, \
    deficiency-precision, deficiency-recall, warning-precision, warning-recall, straight-through, or a column's name.\n\n\
    Ends with 0, or with 3 when a figure lies below its --min.")]
pub struct ScoreArguments {
    /// The run folder.
    pub run: PathBuf,
    /// What is true, as CSV.
    pub truth: PathBuf,
    /// Show the figures for each value of this column of truth too: `form`, `container`, `resolution` … May be given again. Default: all rows together.
    #[arg(long, value_name = "COLUMN")]
    pub by: Vec<String>,
    /// Least shares, from 0 to 1. Default: nothing is demanded.
    #[arg(long, value_name = "FIGURE=SHARE", value_delimiter = ',', value_parser = least)]
    pub min: Vec<(String, f64)>,
    /// Show how well confidence tells right from wrong, and the surest errors.
    #[arg(long)]
    pub calibration: bool,
    /// Write a picture of each of the surest errors into DIR, from the run's page images. They show health information. Default: none.
    #[arg(long, value_name = "DIR", requires = "calibration")]
    pub crops: Option<PathBuf>,
}

fn least(text: &str) -> Result<(String, f64), String> {
    let wrong = || "write a figure and its least share, such as field=0.97".to_owned();
    let (figure, share) = text.split_once('=').ok_or_else(wrong)?;
    let share: f64 = share.parse().map_err(|_| wrong())?;
    if (0.0..=1.0).contains(&share) {
        Ok((figure.to_owned(), share))
    } else {
        Err("a share lies between 0 and 1".to_owned())
    }
}

/// Read the archived scans again under the recorded rules, models and date, and compare.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    faxtriage audit runs/2026-11-21 --inbox archive/2026-11-21\n  \
    faxtriage audit runs/2026-11-21 --inbox archive/2026-11-21 --roster members.csv\n\n\
    Checks the hashes of inputs, rules and outputs, reads every scan again and compares row by row and column by column. Writes \
    RUN/audit.csv with each difference and what explains it (a missing or changed file, another version of a reader, other CPU features).\n\n\
    Ends with 0 when there is no difference, 3 when there are some, 2 when it could not run.")]
pub struct AuditArguments {
    /// The run folder.
    pub run: PathBuf,
    /// Folder with the scans under the names they had in the inbox.
    #[arg(long, value_name = "ARCHIVE")]
    pub inbox: PathBuf,
    #[command(flatten)]
    pub made_with: MadeWithArguments,
    /// Pages read at a time. Default: all cores.
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Model of the second reader, when the run used one. Default: as for `run`.
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Read made-up documents (for the program's own tests).
    #[cfg(debug_assertions)]
    #[arg(long, hide = true)]
    pub made_up: bool,
}

/// Apply other rules to the readings that RUN stored, and show which rows change and why. No page is read.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = "Example:\n  \
    faxtriage recheck runs/2026-11-21 --rules new-rules > changes.csv\n\n\
    Writes CSV to stdout: source_file, pages, request_id, column, before, after, why. The run folder stays as it is.\n\n\
    Ends with 0 when no row changes, 3 when some do, 2 when it could not run.")]
pub struct RecheckArguments {
    /// The run folder.
    pub run: PathBuf,
    /// The other rules.
    #[arg(long, value_name = "DIR")]
    pub rules: PathBuf,
    #[command(flatten)]
    pub made_with: MadeWithArguments,
    /// Another day than the run's, to see what a rule's date changes. Default: the day of the run.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<NaiveDate>,
    /// Also write the queue, the records and the report as they would be, into a new or empty folder. Default: only the changes are told.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// One queue out of several shares.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = "Example:\n  \
    faxtriage run inbox --out share1 --shard 1/2 && faxtriage run inbox --out share2 --shard 2/2\n  \
    faxtriage merge share1 share2 --out night\n\n\
    The queue is byte for byte that of a single run: copies are found again over all requests.")]
pub struct MergeArguments {
    /// Run folders of all shares.
    #[arg(required = true, value_name = "RUN")]
    pub runs: Vec<PathBuf>,
    /// The run folder that is made of them.
    #[arg(long, value_name = "RUN")]
    pub out: PathBuf,
    /// The roster that the shares were made with, when they were made with one. Default: none.
    #[arg(long, value_name = "CSV")]
    pub roster: Option<PathBuf>,
    /// Remembers what earlier nights saw; give it here and not to the shares. Default: none.
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
}

/// A bug report about a run that may leave the house: geometry, scores, versions, counts and codes; no pixels, no text, no file names.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = "Example:\n  \
    faxtriage redact runs/2026-11-21 > report.jsonl\n\n\
    Writes one JSON object a line to stdout: the run, each file with its pages (boxes and confidences of words, never their text), each \
    request with its codes. Works on an unfinished run too. Ends with 0, or with 2 when the folder is no run.")]
pub struct RedactArguments {
    /// The run folder; it is only read.
    pub run: PathBuf,
}

/// Correct a finished run with what a person saw, and evaluate its rules again.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = "Example:\n  \
    faxtriage apply runs/2026-11-21 corrections.csv --by 'K. Lee' --out runs/2026-11-21-corrected\n\n\
    corrections.csv is what the report saves: request_id,column,value,remark. A column is one of the queue's that are read from the image, \
    GROUP.OPTION for a check mark (reasons.member-fraud: checked or unchecked), page.N for the kind of a page, reviewed (yes: a person looked at \
    the whole request), or empty for a remark. An empty value says that nothing is written there. The new run holds readings, pictures and \
    rules of the old one, records.jsonl says who corrected what, and `score RUN corrections.csv` takes the corrections as truth.\n\n\
    Ends with 0 or 1 as `run` does, with 2 when a line cannot be applied; then nothing is written.")]
pub struct ApplyArguments {
    /// The run folder; it stays as it is.
    pub run: PathBuf,
    /// What the report saved.
    pub corrections: PathBuf,
    /// Who made the corrections; stands in records.jsonl. Default: nobody is named.
    #[arg(long, value_name = "WHO")]
    pub by: Option<String>,
    /// The corrected run folder: new or empty.
    #[arg(long, value_name = "RUN")]
    pub out: PathBuf,
    #[command(flatten)]
    pub made_with: MadeWithArguments,
}

/// A table over nights: files, pages, requests by status, how much went to a person.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = "Example:\n  \
    faxtriage status runs/* --metrics /var/lib/prometheus/node-exporter/faxtriage.prom\n\n\
    Reads run.json of each run and nothing else. The metrics describe the run that finished last.")]
pub struct StatusArguments {
    /// Run folders.
    #[arg(required = true, value_name = "RUN")]
    pub runs: Vec<PathBuf>,
    /// Write the last night in the Prometheus text format, for a collector of text files. Default: no metrics.
    #[arg(long, value_name = "FILE")]
    pub metrics: Option<PathBuf>,
}

/// One JSON request a line on stdin, exactly one JSON result a line on stdout.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = "Protocol, version 1:\n  \
    {\"v\":1,\"id\":\"a\",\"path\":\"inbox/fax.tif\",\"page\":3}      read page 3\n  \
    {\"v\":1,\"id\":\"d\",\"path\":\"inbox/fax.tif\",\"page\":3,\"picture\":\"page\"}\n  \
    \x20                                            the same with \"picture\", a PNG in base64, in the result (\"drawn\": with what was found)\n  \
    {\"v\":1,\"id\":\"b\",\"path\":\"inbox/fax.tif\",\"page\":0}      how many pages: \"pages\" and \"container\" in the result\n  \
    {\"v\":1,\"id\":\"c\",\"hello\":\"facts\"}                     versions, hashes, and what confines the worker\n\n\
    Result: {\"v\":1,\"id\":\"a\",\"status\":\"ok|rejected|failed|timeout\",\"reading\":{…},\"ms\":812}. A bad document is a result; the exit code \
    is 2 only when the worker itself broke. End of input ends it with 0. Start it with OMP_THREAD_LIMIT=1 in its environment, one for each \
    core. It confines itself: no network, no writing, reading only below --inbox and what its readers need.")]
pub struct WorkerArguments {
    /// The day that two-digit years turn on. Default: today.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<NaiveDate>,
    /// Folder or file that may be read. Default: no restriction to a folder.
    #[arg(long, value_name = "PATH")]
    pub inbox: Option<PathBuf>,
    /// End when the thread that started this process ends.
    #[arg(long, hide = true)]
    pub end_with_parent: bool,
    #[command(flatten)]
    pub reading: ReadingArguments,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn least_shares_are_checked() {
        assert_eq!(least("field=0.97"), Ok(("field".to_owned(), 0.97)));
        for wrong in ["field", "field=", "field=97", "field=NaN"] {
            assert!(least(wrong).is_err(), "{wrong}");
        }
    }

    /// Options that have to be given are in the usage line; flags are off unless they are given.
    #[test]
    fn every_option_says_what_happens_without_it() {
        fn options(command: &clap::Command, told: &mut Vec<String>) {
            for argument in
                command.get_arguments().filter(|a| !a.is_positional() && !a.is_required_set() && !a.is_hide_set())
            {
                let takes_value = argument.get_action().takes_values();
                let says = argument.get_help().is_some_and(|help| help.to_string().contains("Default: "));
                if takes_value && !says && argument.get_default_values().is_empty() {
                    told.push(format!("{} --{}", command.get_name(), argument.get_id()));
                }
            }
            command.get_subcommands().for_each(|inner| options(inner, told));
        }
        let mut silent = Vec::new();
        options(&Arguments::command(), &mut silent);
        assert!(silent.is_empty(), "{silent:?}");
    }

    #[test]
    fn every_option_is_documented() {
        for command in Arguments::command().get_subcommands() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
            }
        }
    }
}
